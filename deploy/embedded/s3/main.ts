import { parseArgs } from 'node:util';
import pino, { type Logger } from 'pino';
import { startLifecycleSweep } from './lifecycle-sweep.ts';
import type { Credentials } from './protocol/authenticate.ts';
import { startS3Server } from './server.ts';
import { openStore } from './storage/store.ts';

const help = `Usage: node deploy/embedded/s3/main.ts --data DIR --port N [--host 127.0.0.1] [--with-parent]

Serves the S3 API from a folder. Prints "ready HOST:PORT" when it does.

  --data DIR      where everything is kept; one process at a time
  --port N        0 takes a free port
  --host ADDRESS  127.0.0.1 by default
  --with-parent   stop when standard input ends

Environment: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY (required), S3_REGION (us-east-1 by default).
`;

type Settings = {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly withParent: boolean;
  readonly credentials: Credentials;
};

function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      'with-parent': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.data === undefined || values.data === '') throw new Error('--data DIR is required');
  if (values.port === undefined || !/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new Error('--port N is required, 0 to 65535');
  }
  const accessKeyId = env['S3_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = env['S3_SECRET_ACCESS_KEY'] ?? '';
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new Error('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set');
  }
  return {
    data: values.data,
    host: values.host,
    port: Number(values.port),
    withParent: values['with-parent'],
    credentials: { accessKeyId, secretAccessKey, region: env['S3_REGION'] || 'us-east-1' },
  };
}

/** Resolves when the process is asked to stop. */
function stopRequested(withParent: boolean): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve).once('SIGINT', resolve);
    if (withParent) process.stdin.once('close', () => resolve('parent gone')).resume();
  });
}

async function run(settings: Settings, log: Logger): Promise<void> {
  const stopping = stopRequested(settings.withParent);
  const store = await openStore(settings.data, log);
  try {
    const server = await startS3Server({ ...settings, store, log });
    const sweep = startLifecycleSweep(store, log);
    process.stdout.write(`ready ${settings.host}:${server.port}\n`);
    log.info({ reason: await stopping }, 'stopping');
    await server.stop();
    await sweep.stop();
  } finally {
    await store.close();
  }
}

async function main(): Promise<number> {
  let settings: ReturnType<typeof readSettings>;
  try {
    settings = readSettings(process.argv.slice(2), process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return 2;
  }
  if (settings === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const log = pino({ name: 'embedded-s3' }, pino.destination({ dest: 2, sync: true }));
  try {
    await run(settings, log);
    return 0;
  } catch (error) {
    log.fatal({ err: error }, error instanceof Error ? error.message : 'failed');
    return 1;
  }
}

process.exit(await main());
