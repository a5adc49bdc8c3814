import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { ClickHouseTimeout } from './clickhouse-errors.ts';
import type { Logger } from './logger.ts';
import type { ClickHouseConfig } from './settings.ts';

export { ClickHouseError } from '@clickhouse/client';
export { ClickHouseTimeout, isRetryableClickHouseError } from './clickhouse-errors.ts';

export type ClickHouseParams = Readonly<Record<string, unknown>>;

export type QueryOptions = {
  readonly settings?: ClickHouseSettings;
  /** Aborting it cancels the query on the server. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
};

/**
 * Rows come as JSON: 64-bit integers as strings, `DateTime64` as text in the column's zone. Select
 * `toUnixTimestamp64Micro(x)` to get an instant as a string of µs, `toFloat64` of it (or of a UInt64 below 2⁵³) for a
 * number. Values go into `{name:Type}` parameters only; arrays of thousands of keys are fine.
 */
export type ClickHouse = {
  query<Row>(sql: string, params?: ClickHouseParams, options?: QueryOptions): Promise<Row[]>;
  /** Rows in the blocks they arrive in; leaving the loop cancels the query. */
  stream<Row>(sql: string, params?: ClickHouseParams, options?: QueryOptions): AsyncIterable<Row[]>;
  /** Inserts rows in RowBinary and waits until they are in the table. Safe to repeat only where rows replace each other. */
  insertRows(table: string, columns: readonly string[], body: Buffer, options?: QueryOptions): Promise<void>;
  /** Runs a statement that gives no rows. */
  command(sql: string, params?: ClickHouseParams, options?: QueryOptions): Promise<void>;
  /** True when ClickHouse answers a query of this user. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
};

const defaultTimeoutMs = 30_000;

/** Each read is limited in time on the server too and cannot write. */
const readSettings: ClickHouseSettings = {
  readonly: '2',
  output_format_json_quote_64bit_integers: 1,
  cancel_http_readonly_queries_on_client_close: 1,
};

/**
 * What an insert means must not hang on a server's defaults: it is in the table when it returns (asynchronous inserts
 * became the default in 26.2) and nothing is dropped for looking like an earlier insert.
 */
const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  wait_for_async_insert: 1,
  insert_deduplicate: 0,
  deduplicate_blocks_in_dependent_materialized_views: 0,
  max_partitions_per_insert_block: '1000',
};

export function createClickHouse(config: ClickHouseConfig, _logger: Logger): ClickHouse {
  const client = connect(config);
  return {
    query: async <Row>(sql: string, params: ClickHouseParams = {}, options: QueryOptions = {}) =>
      limited(options, async (limits) => {
        const result = await client.query({
          ...limits(readSettings),
          query: sql,
          query_params: params,
          format: 'JSONEachRow',
        });
        return result.json<Row>();
      }),
    stream: <Row>(sql: string, params: ClickHouseParams = {}, options: QueryOptions = {}) =>
      streamRows<Row>(client, sql, params, options),
    insertRows: async (table, columns, body, options = {}) => {
      if (body.length === 0) return;
      await limited(options, async (limits) => {
        const result = await client.exec({
          ...limits(insertSettings),
          query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT RowBinary`,
          values: Readable.from([body], { objectMode: false }),
        });
        await drain(result.stream);
      });
    },
    command: async (sql, params = {}, options = {}) => {
      await limited(options, async (limits) => client.command({ ...limits({}), query: sql, query_params: params }));
    },
    ping: async () => (await client.ping({ select: true })).success,
    close: async () => client.close(),
  };
}

function connect(config: ClickHouseConfig): ClickHouseClient {
  const ca = config.clickhouseTlsCaFile;
  return createClient({
    url: config.clickhouseUrl,
    username: config.clickhouseUser,
    password: config.clickhousePassword?.reveal() ?? '',
    database: config.clickhouseDatabase,
    application: 'trunkline',
    // Our own limits are shorter and tell a timeout by its type.
    request_timeout: 24 * 3600 * 1000,
    max_open_connections: 32,
    // Below the 3 s of old servers: a socket must not be used while the server closes it.
    keep_alive: { enabled: true, idle_socket_ttl: 2000 },
    // Long lists of keys do not fit into an address.
    use_multipart_params_auto: true,
    // Every error is thrown; the caller logs it with what it was doing.
    log: { level: ClickHouseLogLevel.OFF },
    ...(ca !== undefined && { tls: { ca_cert: readFileSync(ca) } }),
  });
}

type Limits = (settings: ClickHouseSettings) => {
  readonly abort_signal: AbortSignal;
  readonly clickhouse_settings: ClickHouseSettings;
};

/** Runs work that ends in time: by ClickHouse's own limit, else, when it does not answer, by dropping the connection. */
async function limited<Result>(options: QueryOptions, work: (limits: Limits) => Promise<Result>): Promise<Result> {
  const { limits, translate } = limit(options);
  try {
    return await work(limits);
  } catch (error) {
    throw translate(error);
  }
}

function limit({ timeoutMs = defaultTimeoutMs, signal, settings }: QueryOptions): {
  readonly limits: Limits;
  readonly translate: (error: unknown) => unknown;
} {
  const timeout = AbortSignal.timeout(timeoutMs + 1000);
  const abort_signal = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  return {
    limits: (base) => ({
      abort_signal,
      clickhouse_settings: { max_execution_time: Math.ceil(timeoutMs / 1000), ...base, ...settings },
    }),
    translate: (error) => {
      if (signal?.aborted === true) return signal.reason;
      return timeout.aborted ? new ClickHouseTimeout(`no answer within ${timeoutMs} ms`, { cause: error }) : error;
    },
  };
}

async function* streamRows<Row>(
  client: ClickHouseClient,
  sql: string,
  params: ClickHouseParams,
  options: QueryOptions,
): AsyncGenerator<Row[]> {
  const { limits, translate } = limit(options);
  try {
    const result = await client.query({
      ...limits(readSettings),
      query: sql,
      query_params: params,
      format: 'JSONEachRow',
    });
    for await (const rows of result.stream<Row>()) yield rows.map((row) => row.json());
  } catch (error) {
    throw translate(error);
  }
}

/** The answer to a statement is empty, but it must be read for the connection to be used again. */
async function drain(stream: Readable): Promise<void> {
  stream.resume();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once('close', resolve).once('end', resolve).once('error', reject);
  await promise;
}
