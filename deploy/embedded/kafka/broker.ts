import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { GroupCoordinator } from './groups/group-coordinator.ts';
import { GroupJournal } from './groups/group-journal.ts';
import { createDispatch, mayOverlap } from './handlers/dispatch.ts';
import type { Patience } from './network/connection.ts';
import { Connections } from './network/connections.ts';
import { RequestMemory } from './network/request-memory.ts';
import { TopicCatalog } from './topics/topic-catalog.ts';

/** A request gets as long as kafkajs and Java's clients wait for its answer; idle ones as long as with Apache Kafka. */
const LIMITS: ConnectionLimits = { maxConnections: 512, requestMs: 30_000, idleMs: 600_000 };
const MAX_FRAME_BYTES = 32 * 1024 * 1024;
const REQUEST_MEMORY_BYTES = 48 * 1024 * 1024;
const RETENTION_CHECK_MS = 30_000;
const LAST_WORDS_MS = 500;

export type ConnectionLimits = Patience & { readonly maxConnections: number };

export type BrokerOptions = { folder: string; host: string; port: number; log: Logger; limits?: ConnectionLimits };

export type RunningBroker = { host: string; port: number; stop: () => Promise<void> };

/** Opens the data folder and listens. `stop` finishes what is being written and leaves nothing to repair. */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const { folder, host, port, log, limits: { maxConnections, ...patience } = LIMITS } = options;
  await mkdir(folder, { recursive: true });
  const catalog = await TopicCatalog.open(folder, log);
  const onTrouble = (error: unknown): void => log.warn({ err: error }, 'group journal');
  const journal = await GroupJournal.open(join(folder, 'groups.journal'), onTrouble);
  const groups = new GroupCoordinator(journal, onTrouble);
  await groups.forgetTopicsExcept(new Set(catalog.topics.map(({ name }) => name)));
  const connections = new Connections(maxConnections, {
    dispatch: createDispatch({ catalog, groups, log }),
    mayOverlap,
    memory: new RequestMemory(REQUEST_MEMORY_BYTES),
    maxFrameBytes: MAX_FRAME_BYTES,
    patience,
    log,
  });
  const server = createServer((socket) => connections.admit(socket));
  const address = await listen(server, host, port);
  const stopRetention = startRetention(catalog);
  return {
    host: address.address,
    port: address.port,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await stopRetention();
      await connections.stop();
      await Promise.race([closed, delay(LAST_WORDS_MS)]);
      await groups.close();
      await catalog.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** Looks after retention every half minute. Returns how to stop it, which waits for a round that is under way. */
function startRetention(catalog: TopicCatalog): () => Promise<void> {
  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(() => catalog.applyRetention(Date.now()));
  }, RETENTION_CHECK_MS);
  return () => {
    clearInterval(timer);
    return round;
  };
}
