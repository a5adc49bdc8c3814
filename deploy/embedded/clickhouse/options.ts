import { type Flags, flagsHelp, parseFlags, UsageError } from '../flags.ts';
import type { Credentials } from './auth.ts';
import type { EngineLimits } from './engine-config.ts';
import type { SpoolLimits } from './spool.ts';

export interface Options extends Flags {
  readonly credentials: Credentials;
  readonly limits: EngineLimits;
  readonly spool: SpoolLimits;
  readonly reads: number;
  readonly writes: number;
  readonly queue: number;
}

export const USAGE = `Usage: node deploy/embedded/clickhouse/main.ts --data DIR --port N [--host 127.0.0.1] [--with-parent]

Serves ClickHouse's HTTP interface on an engine inside this process, for one machine. Prints "ready HOST:PORT" when it
does; logs go to standard error. SIGTERM and SIGINT stop it.

${flagsHelp}

Environment:
  CLICKHOUSE_USER, CLICKHOUSE_PASSWORD   required
  CLICKHOUSE_QUERY_MEMORY_BYTES          one query (default 1 GiB)
  CLICKHOUSE_TOTAL_MEMORY_BYTES          all of them (default 3 GiB)
  CLICKHOUSE_QUERY_TIME_SECONDS          one query (default 300)
  CLICKHOUSE_BODY_BYTES                  one insert (default 512 MiB)
  CLICKHOUSE_SPOOL_BYTES                 all inserts at once (default 2 GiB)
  CLICKHOUSE_READS, CLICKHOUSE_WRITES    queries at once (default 6, 4)
  CLICKHOUSE_QUEUE                       queries waiting for each (default 256)
`;

type Environment = Readonly<Record<string, string | undefined>>;

function required(env: Environment, name: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new UsageError(`${name} is not set`);
  return value;
}

function whole(text: string, name: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
}

/** Reads flags and environment. Throws `UsageError`. */
export function parseOptions(args: readonly string[], env: Environment): Options | 'help' {
  const flags = parseFlags(args);
  if (flags === 'help') return 'help';
  const gib = 1024 ** 3;
  const number = (name: string, fallback: number, least: number, most = 2 ** 50): number =>
    whole(env[name] ?? String(fallback), name, least, most);
  return {
    ...flags,
    credentials: { user: required(env, 'CLICKHOUSE_USER'), password: required(env, 'CLICKHOUSE_PASSWORD') },
    limits: {
      queryMemoryBytes: number('CLICKHOUSE_QUERY_MEMORY_BYTES', gib, 2 ** 20),
      totalMemoryBytes: number('CLICKHOUSE_TOTAL_MEMORY_BYTES', 3 * gib, 2 ** 26),
      queryTimeSeconds: number('CLICKHOUSE_QUERY_TIME_SECONDS', 300, 1),
    },
    spool: {
      fileBytes: number('CLICKHOUSE_BODY_BYTES', gib / 2, 1),
      totalBytes: number('CLICKHOUSE_SPOOL_BYTES', 2 * gib, 1),
    },
    reads: number('CLICKHOUSE_READS', 6, 1, 64),
    writes: number('CLICKHOUSE_WRITES', 4, 1, 64),
    queue: number('CLICKHOUSE_QUEUE', 256, 0, 100_000),
  };
}
