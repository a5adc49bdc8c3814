import { Readable } from 'node:stream';
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client';
import { limited, type QueryOptions } from './clickhouse-limits.ts';

export type InsertRows = (
  table: string,
  columns: readonly string[],
  body: Buffer,
  options?: QueryOptions,
) => Promise<void>;

/**
 * What an insert means must not hang on a server's defaults: it is in the table when it returns (inserts became
 * asynchronous by default in 26.2), and nothing is dropped for looking like an earlier insert.
 */
const insertSettings: ClickHouseSettings = {
  async_insert: 0,
  wait_for_async_insert: 1,
  insert_deduplicate: 0,
  deduplicate_blocks_in_dependent_materialized_views: 0,
  max_partitions_per_insert_block: '1000',
};

/** Overrides `insert_deduplicate` on servers that have it; others would refuse a setting that they do not know. */
const newerSettings: ClickHouseSettings = { deduplicate_insert: 'disable' };

export function createInsert(client: ClickHouseClient): InsertRows {
  let newer: Promise<ClickHouseSettings> | undefined;

  async function settingsOfServer(): Promise<ClickHouseSettings> {
    newer ??= findNewerSettings(client);
    try {
      return { ...insertSettings, ...(await newer) };
    } catch (error) {
      newer = undefined;
      throw error;
    }
  }

  return async (table, columns, body, options = {}) => {
    if (body.length === 0) return;
    const settings = await settingsOfServer();
    await limited(options, async (request) => {
      const result = await client.exec({
        ...request(settings),
        query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT RowBinary`,
        values: Readable.from([body], { objectMode: false }),
      });
      await drain(result.stream);
    });
  };
}

async function findNewerSettings(client: ClickHouseClient): Promise<ClickHouseSettings> {
  const rows = await limited({}, async (request) => {
    const result = await client.query({
      ...request({}),
      query: 'SELECT name FROM system.settings WHERE name IN {names:Array(String)}',
      query_params: { names: Object.keys(newerSettings) },
      format: 'JSONEachRow',
    });
    return result.json<{ name: string }>();
  });
  const known = new Set(rows.map(({ name }) => name));
  return Object.fromEntries(Object.entries(newerSettings).filter(([name]) => known.has(name)));
}

/** The answer to an insert is empty, but it must be read for the connection to be used again. */
async function drain(stream: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.once('close', resolve).once('end', resolve).once('error', reject).resume();
  await promise;
}
