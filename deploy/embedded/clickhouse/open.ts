import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Logger } from 'pino';
import { type Engine, openEngine } from './engine.ts';
import { serverConfig, usersConfig } from './engine-config.ts';
import { openLanes } from './lanes.ts';
import type { Options } from './options.ts';
import { openPipes } from './pipes.ts';
import { createHttpServer } from './server.ts';
import { openSpool } from './spool.ts';

export interface Embedded {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The configuration is read once, in a directory of its own: the process it is for may yet be refused. */
async function startEngine(options: Options): Promise<Engine> {
  const data = path.resolve(options.data);
  const engineData = path.join(data, 'engine');
  await mkdir(engineData, { recursive: true, mode: 0o700 });
  const config = await mkdtemp(path.join(data, 'config-'));
  try {
    const [server, users] = [path.join(config, 'config.xml'), path.join(config, 'users.xml')];
    await writeFile(users, usersConfig(options.limits));
    await writeFile(server, serverConfig(options.limits, users));
    return await openEngine(engineData, server);
  } finally {
    await rm(config, { recursive: true });
  }
}

/** Opens the engine on its directory and serves it; returns what stops it. */
export async function openEmbedded(options: Options, logger: Logger): Promise<Embedded> {
  const engine = await startEngine(options);
  // The directory is locked now, so what lies in the spool is a dead process's.
  const spoolPath = path.join(path.resolve(options.data), 'spool');
  await rm(spoolPath, { recursive: true, force: true });
  await mkdir(spoolPath, { mode: 0o700 });
  const server = createHttpServer({
    engine,
    pipes: await openPipes(spoolPath, options.reads),
    spool: openSpool(spoolPath, options.spool),
    reads: openLanes(options.reads, options.queue),
    writes: openLanes(options.writes, options.queue),
    credentials: options.credentials,
    logger,
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { address, port } = server.address() as AddressInfo;
  return {
    host: address,
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const patience = setTimeout(() => server.closeAllConnections(), 2000);
      await closed;
      clearTimeout(patience);
      await engine.close();
    },
  };
}
