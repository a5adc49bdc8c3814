import pino, { type Logger } from 'pino';
import { type Flags, flagsHelp, parseFlags, readOrExit, UsageError } from '../flags.ts';
import { startLifecycleSweep } from './lifecycle-sweep.ts';
import type { Credentials } from './protocol/authenticate.ts';
import { startS3Server } from './server.ts';
import { openStore } from './storage/store.ts';

const help = `Usage: node deploy/embedded/s3/main.ts --data DIR --port N [--host 127.0.0.1] [--with-parent]

Serves the S3 API from a folder. Prints "ready HOST:PORT" when it does; logs go to standard error. SIGTERM and SIGINT
stop it.

${flagsHelp}

Environment: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY (required), S3_REGION (us-east-1 by default).
`;

type Settings = Flags & { readonly credentials: Credentials };

function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const flags = parseFlags(args);
  if (flags === 'help') return 'help';
  const accessKeyId = env['S3_ACCESS_KEY_ID'] ?? '';
  const secretAccessKey = env['S3_SECRET_ACCESS_KEY'] ?? '';
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new UsageError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set');
  }
  return { ...flags, credentials: { accessKeyId, secretAccessKey, region: env['S3_REGION'] || 'us-east-1' } };
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

const settings = readOrExit(help, () => readSettings(process.argv.slice(2), process.env));
const log = pino({ name: 'embedded-s3' }, pino.destination({ dest: 2, sync: true }));
try {
  await run(settings, log);
  process.exit(0);
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : 'failed');
  process.exit(1);
}
