import { setTimeout } from 'node:timers/promises';
import { type Chdb, type Connection, loadChdb } from './chdb.ts';
import { fromEngine, queryError } from './errors.ts';
import { openSessions, type Session } from './sessions.ts';
import { quote } from './statement.ts';

/** One SQL text with everything that surrounds it. */
export interface EngineQuery {
  readonly database: string | undefined;
  readonly settings: ReadonlyMap<string, string>;
  /** By their `param_…` names. */
  readonly params: ReadonlyMap<string, string>;
  readonly readonly: boolean;
  readonly text: string;
  /** Whether the text may change its session: SET, USE, a temporary table. */
  readonly changesSession: boolean;
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
  /** Runs one statement as in a session of its own, killed when the signal aborts; rejects with QueryError. */
  run(query: EngineQuery, signal: AbortSignal): Promise<EngineResult>;
  /** Stops what runs, waits for it and lets go of the directory. */
  close(): Promise<void>;
}

/** What must be alike for two queries to share a session one after the other: all but the values of parameters. */
function openingOf({ database, settings, params, readonly }: EngineQuery): string {
  return JSON.stringify([database, [...settings], [...params.keys()], readonly]);
}

const set = (assignments: readonly (readonly [name: string, value: string])[]): string =>
  `SET ${assignments.map(([name, value]) => `${name} = ${quote(value)}`).join(', ')}; `;

/**
 * Statements that give a session what the request asked for: a used one has everything but the values of parameters.
 * The user's settings come before `readonly`, which would forbid them, and parameters are set here because the engine
 * binds those of its own call for all sessions.
 */
function preamble({ database, settings, params, readonly }: EngineQuery, { mark, used }: Session<Connection>): string {
  if (used) return params.size === 0 ? '' : set([...params]);
  const assignments = [...settings, ...params, ['log_comment', mark] as const];
  if (readonly && !['1', '2'].includes(settings.get('readonly') ?? '')) assignments.push(['readonly', '2']);
  assignments.sort(([a], [b]) => Number(a === 'readonly') - Number(b === 'readonly'));
  const use = database === undefined ? '' : `USE \`${database.replaceAll(/[\\`]/g, '\\$&')}\`; `;
  return use + set(assignments);
}

/** A session that is kept keeps the values it was given. */
const KEPT_PREAMBLE = 64 * 1024;
const KILL_AGAIN_MS = 50;

function open(chdb: Chdb, dataPath: string): Connection {
  try {
    return chdb.connect();
  } catch (cause) {
    // The engine has told the reason on standard error itself.
    throw new Error(`Cannot open ${dataPath}: another process holds it, or it is not writable`, { cause });
  }
}

async function execute(chdb: Chdb, connection: Connection, before: string, query: EngineQuery): Promise<EngineResult> {
  const statements = await chdb.statements(connection, query.text);
  // None could be read: the engine says why best, and without a separator there is but one statement to run.
  const one = statements === 1 || (statements === 0 && !query.text.includes(';'));
  if (!one) throw queryError('syntaxError', 'Syntax error: Multi-statements are not allowed');
  const raw = await chdb.query(connection, before + query.text, query.format);
  return { bytes: raw.bytes, rows: raw.rowsRead, rowBytes: raw.bytesRead, elapsedSeconds: raw.elapsed };
}

async function kill(chdb: Chdb, condition: string): Promise<void> {
  const connection = chdb.connect();
  try {
    await chdb.query(connection, `KILL QUERY WHERE ${condition} ASYNC`, 'Null');
  } finally {
    chdb.disconnect(connection);
  }
}

/** Kills until all have ended: one that is only being parsed cannot be killed yet. */
async function stop(chdb: Chdb, condition: string, runs: ReadonlySet<Promise<unknown>>): Promise<void> {
  const ended = Promise.allSettled(runs);
  for (let alive = true; alive; ) {
    // One that fails, for want of memory say, is tried again too.
    await kill(chdb, condition).catch(() => undefined);
    alive = await Promise.race([ended.then(() => false), setTimeout(KILL_AGAIN_MS, true)]);
  }
}

/** Opens the engine on a directory, which it locks; the process can hold one engine only. */
export async function openEngine(dataPath: string, configPath: string): Promise<Engine> {
  const chdb = loadChdb(dataPath, configPath);
  // Held for as long as we live: the engine stops with its last connection.
  const keeper = open(chdb, dataPath);
  const sessions = openSessions(
    () => chdb.connect(),
    (connection) => chdb.disconnect(connection),
  );
  const running = new Set<Promise<unknown>>();
  const about = await chdb.query(keeper, 'SELECT version(), timezone()', 'TabSeparated');
  const [version = '', timezone = ''] = about.bytes.toString('utf8').trim().split('\t');

  return {
    version,
    timezone,
    async run(query, signal) {
      const session = sessions.take(openingOf(query));
      const before = preamble(query, session);
      const run = execute(chdb, session.connection, before, query);
      const stopRun = (): void => void stop(chdb, `Settings['log_comment'] = ${quote(session.mark)}`, new Set([run]));
      running.add(run);
      if (signal.aborted) stopRun();
      else signal.addEventListener('abort', stopRun);
      let clean = false;
      try {
        const result = await run;
        // One that was to be killed may be hit yet.
        clean = !query.changesSession && !signal.aborted && before.length < KEPT_PREAMBLE;
        return result;
      } catch (reason) {
        throw fromEngine(reason);
      } finally {
        running.delete(run);
        signal.removeEventListener('abort', stopRun);
        if (clean) sessions.keep(session);
        else sessions.close(session);
      }
    },
    async close() {
      if (running.size > 0) await stop(chdb, `Settings['log_comment'] != ''`, running);
      sessions.closeIdle();
      chdb.disconnect(keeper);
    },
  };
}
