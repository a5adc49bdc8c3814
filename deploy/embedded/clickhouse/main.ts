import { closeSync, openSync } from 'node:fs';
import { pino } from 'pino';
import { readOrExit } from '../flags.ts';
import { openEmbedded } from './open.ts';
import { parseOptions, USAGE } from './options.ts';

const options = readOrExit(USAGE, () => parseOptions(process.argv.slice(2), process.env));
const logger = pino(
  { name: 'embedded-clickhouse', level: process.env['LOG_LEVEL'] ?? 'info' },
  pino.destination({ fd: 2, sync: true }),
);
// A thread for each query at once, and some for files and compression; read when the pool is first used.
process.env['UV_THREADPOOL_SIZE'] = String(options.reads + options.writes + 6);

// The engine appends what it finds on standard input to inserts. A parent's pipe stays open and empty.
if (!options.withParent) {
  closeSync(0);
  openSync('/dev/null', 'r');
}

try {
  const embedded = await openEmbedded(options, logger);
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, 'stopping');
    // Whatever hangs, the supervisor sees us gone in time; everything acknowledged is on disk.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 4500).unref();
    void embedded.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  if (options.withParent) {
    const gone = (): void => stop('parent gone');
    process.stdin.resume().once('end', gone).once('error', gone);
  }
  process.stdout.write(`ready ${embedded.host}:${embedded.port}\n`);
} catch (reason) {
  logger.fatal({ err: reason }, 'cannot start');
  process.exit(1);
}
