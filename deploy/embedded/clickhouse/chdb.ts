import { createRequire } from 'node:module';
import path from 'node:path';

export type Connection = object;

export interface RawResult {
  readonly bytes: Buffer;
  readonly elapsed: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/** What we use of the chdb addon. Its public classes parse inline data as SQL, so they are not for us. */
interface Addon {
  CreateConnection(dataPath: string, args: readonly string[]): Connection;
  CloseConnection(connection: Connection): void;
  QueryAsyncConnection(connection: Connection, sql: string, format: string): Promise<RawResult>;
  DurableClassifyAsync(connection: Connection, sql: string, database: string): Promise<{ statementCount: number }>;
}

/** The engine in this process, on one directory. */
export interface Chdb {
  connect(): Connection;
  disconnect(connection: Connection): void;
  /** Runs what may be several statements; gives the result of the last. */
  query(connection: Connection, sql: string, format: string): Promise<RawResult>;
  /** How many statements the engine's own parser finds; 0 when it cannot read them. */
  statements(connection: Connection, sql: string): Promise<number>;
}

function loadAddon(): Addon {
  const require = createRequire(import.meta.url);
  const root = path.dirname(require.resolve('chdb/package.json'));
  const loader = require(path.join(root, 'dist', 'loader.js')) as { loadNative(): Addon };
  return loader.loadNative();
}

/** Nothing is opened before the first connection; the engine stops with the last. */
export function loadChdb(dataPath: string, configPath: string): Chdb {
  const addon = loadAddon();
  return {
    connect: () => addon.CreateConnection(dataPath, [`--config-file=${configPath}`]),
    disconnect: (connection) => addon.CloseConnection(connection),
    query: async (connection, sql, format) => addon.QueryAsyncConnection(connection, sql, format),
    statements: async (connection, sql) =>
      (await addon.DurableClassifyAsync(connection, sql, 'default')).statementCount,
  };
}
