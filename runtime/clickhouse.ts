import { readFileSync } from 'node:fs';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { createInsert, type InsertRows } from './clickhouse-insert.ts';
import { createLimits, limited, type QueryOptions } from './clickhouse-limits.ts';
import type { Logger } from './logger.ts';
import type { ClickHouseConfig } from './settings.ts';

export { ClickHouseError } from '@clickhouse/client';
export { ClickHouseTimeout, isClickHouseLoginRefused, isRetryableClickHouseError } from './clickhouse-errors.ts';
export type { QueryOptions } from './clickhouse-limits.ts';

export type ClickHouseParams = Readonly<Record<string, unknown>>;

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
  readonly insertRows: InsertRows;
  /** Runs a statement that gives no rows. */
  command(sql: string, params?: ClickHouseParams, options?: QueryOptions): Promise<void>;
  /** True when ClickHouse answers a query of this user. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
};

/** Each read is limited in time on the server too and cannot write. */
const readSettings: ClickHouseSettings = {
  readonly: '2',
  output_format_json_quote_64bit_integers: 1,
  cancel_http_readonly_queries_on_client_close: 1,
};

/**
 * What makes a cluster answer as one server does: what was inserted is on a majority of the shard's replicas before
 * the insert returns, the same replica is asked as long as it is well and none that lags, a tenant's query goes to the
 * tenant's shard, and a subquery reads the shard's own part.
 */
const clusterSettings: ClickHouseSettings = {
  distributed_foreground_insert: 1,
  insert_quorum: 'auto',
  load_balancing: 'in_order',
  max_replica_delay_for_distributed_queries: '1',
  fallback_to_stale_replicas_for_distributed_queries: 0,
  optimize_skip_unused_shards: 1,
  distributed_product_mode: 'local',
};

export function createClickHouse(config: ClickHouseConfig, logger: Logger): ClickHouse {
  const client = connect(config);
  return {
    query: async <Row>(sql: string, params: ClickHouseParams = {}, options: QueryOptions = {}) =>
      limited(options, async (request) => {
        const result = await client.query({
          ...request(readSettings),
          query: sql,
          query_params: params,
          format: 'JSONEachRow',
        });
        return result.json<Row>();
      }),
    stream: <Row>(sql: string, params: ClickHouseParams = {}, options: QueryOptions = {}) =>
      streamRows<Row>(client, sql, params, options),
    insertRows: createInsert(client),
    command: async (sql, params = {}, options = {}) => {
      await limited(options, async (request) => client.command({ ...request({}), query: sql, query_params: params }));
    },
    ping: async () => {
      const answer = await limited({ timeoutMs: 4000 }, async (request) =>
        client.ping({ select: true, ...request({}) }),
      );
      if (!answer.success) logger.debug({ err: answer.error }, 'ClickHouse does not answer');
      return answer.success;
    },
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
    ...(config.clickhouseCluster !== undefined && { clickhouse_settings: clusterSettings }),
  });
}

async function* streamRows<Row>(
  client: ClickHouseClient,
  sql: string,
  params: ClickHouseParams,
  options: QueryOptions,
): AsyncGenerator<Row[]> {
  const limits = createLimits(options);
  let complete = false;
  try {
    const result = await client.query({
      ...limits.request(readSettings),
      query: sql,
      query_params: params,
      format: 'JSONEachRow',
    });
    for await (const rows of result.stream<Row>()) yield rows.map((row) => row.json());
    complete = true;
  } catch (error) {
    throw limits.translate(error);
  } finally {
    if (!complete) limits.cancel();
    limits.release();
  }
}
