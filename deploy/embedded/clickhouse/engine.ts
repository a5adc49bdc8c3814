import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fromEngine, queryError } from './errors.ts';
import { quote } from './statement.ts';

/** One SQL text with everything that surrounds it. */
export interface EngineQuery {
  /** Names this run; unique among running ones. */
  readonly mark: string;
  readonly database: string | undefined;
  readonly settings: ReadonlyMap<string, string>;
  /** By their `param_…` names. */
  readonly params: ReadonlyMap<string, string>;
  readonly readonly: boolean;
  readonly text: string;
  /** Of the bytes returned, when the text does not say. */
  readonly format: string;
}

export interface EngineResult {
  readonly bytes: Buffer;
  /** Rows of the result, or rows written by an insert. */
  readonly rows: number;
  readonly rowBytes: number;
  readonly elapsedSeconds: number;
}

export interface Engine {
  readonly version: string;
  readonly timezone: string;
  /** Runs one statement in a session of its own, killed when the signal aborts; rejects with QueryError. */
  run(query: EngineQuery, signal: AbortSignal): Promise<EngineResult>;
  /** Stops what runs, waits for it and lets go of the directory. */
  close(): Promise<void>;
}

type Connection = object;

/** What we use of the chdb addon. Its public classes parse inline data as SQL, so they are not for us. */
interface Addon {
  CreateConnection(dataPath: string, args: readonly string[]): Connection;
  CloseConnection(connection: Connection): void;
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<RawResult>;
  DurableClassifyAsync(connection: Connection, sql: string, database: string): Promise<{ statementCount: number }>;
}

interface RawResult {
  readonly bytes: Buffer;
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

function loadAddon(): Addon {
  const require = createRequire(import.meta.url);
  const root = path.dirname(require.resolve('chdb/package.json'));
  const loader = require(path.join(root, 'dist', 'loader.js')) as { loadNative(): Addon };
  return loader.loadNative();
}

/**
 * Statements that give a fresh session what the request asked for. The user's settings come before `readonly`, which
 * would forbid them, and parameters are set here because the engine binds those of its own call for all sessions.
 */
function preamble(query: EngineQuery): string {
  const assignments = [...query.settings, ...query.params, ['log_comment', query.mark] as const];
  if (query.readonly && !query.settings.has('readonly')) assignments.push(['readonly', '2']);
  assignments.sort(([a], [b]) => Number(a === 'readonly') - Number(b === 'readonly'));
  const set = assignments.map(([name, value]) => `${name} = ${quote(value)}`).join(', ');
  const use = query.database === undefined ? '' : `USE \`${query.database.replaceAll(/[\\`]/g, '\\$&')}\`; `;
  return `${use}SET ${set}; `;
}

const KILL_AGAIN_MS = 50;

function open(connect: () => Connection, dataPath: string): Connection {
  try {
    return connect();
  } catch (cause) {
    // The engine has told the reason on standard error itself.
    throw new Error(`Cannot open ${dataPath}: another process holds it, or it is not writable`, { cause });
  }
}

/** Opens the engine on a directory, which it locks; the process can hold one engine only. */
export async function openEngine(dataPath: string, configPath: string): Promise<Engine> {
  const addon = loadAddon();
  const connect = (): Connection => addon.CreateConnection(dataPath, [`--config-file=${configPath}`]);
  // Held for as long as we live: the engine stops with its last connection.
  const keeper = open(connect, dataPath);
  const running = new Set<Promise<unknown>>();

  async function within<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = connect();
    try {
      return await work(connection);
    } catch (reason) {
      throw fromEngine(reason);
    } finally {
      addon.CloseConnection(connection);
    }
  }

  const about = await addon.QueryAsyncConnection(keeper, 'SELECT version(), timezone()', 'TabSeparated');
  const [version = '', timezone = ''] = about.bytes.toString('utf8').trim().split('\t');

  const execute = (query: EngineQuery): Promise<EngineResult> =>
    within(async (connection) => {
      const { statementCount } = await addon.DurableClassifyAsync(connection, query.text, 'default');
      // None could be read: the engine says why best, and without a separator there is but one statement to run.
      const one = statementCount === 1 || (statementCount === 0 && !query.text.includes(';'));
      if (!one) throw queryError('syntaxError', 'Syntax error: Multi-statements are not allowed');
      const raw = await addon.QueryAsyncConnection(connection, preamble(query) + query.text, query.format);
      return { bytes: raw.bytes, rows: raw.rowsRead, rowBytes: raw.bytesRead, elapsedSeconds: raw.elapsed };
    });

  /** Kills until all have ended: one that is only being parsed cannot be killed yet. */
  async function stop(condition: string, runs: ReadonlySet<Promise<unknown>>): Promise<void> {
    const ended = Promise.allSettled(runs);
    for (let alive = true; alive; ) {
      const sql = `KILL QUERY WHERE ${condition} ASYNC`;
      // One that fails, for want of memory say, is tried again too.
      await within((connection) => addon.QueryAsyncConnection(connection, sql, 'Null')).catch(() => undefined);
      alive = await Promise.race([ended.then(() => false), setTimeout(KILL_AGAIN_MS, true)]);
    }
  }

  return {
    version,
    timezone,
    run(query, signal) {
      const run = execute(query).finally(() => {
        running.delete(run);
        signal.removeEventListener('abort', kill);
      });
      const kill = (): void => void stop(`Settings['log_comment'] = ${quote(query.mark)}`, new Set([run]));
      running.add(run);
      if (signal.aborted) kill();
      else signal.addEventListener('abort', kill);
      return run;
    },
    async close() {
      if (running.size > 0) await stop(`Settings['log_comment'] != ''`, running);
      addon.CloseConnection(keeper);
    },
  };
}
