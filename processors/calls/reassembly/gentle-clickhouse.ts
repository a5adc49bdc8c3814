import type { ClickHouse, QueryOptions } from '../../../runtime/clickhouse.ts';

/** One thread, little memory, and behind every query that asks for a priority: live traffic goes first. */
const gentle = { max_threads: 1, priority: '10', max_memory_usage: '1000000000' } as const;

const gently = (options: QueryOptions = {}): QueryOptions => ({
  ...options,
  settings: { ...gentle, ...options.settings },
});

/** The same ClickHouse for work that has time. */
export const gentleClickHouse = (clickhouse: ClickHouse): ClickHouse => ({
  ...clickhouse,
  query: async (sql, params, options) => clickhouse.query(sql, params, gently(options)),
  stream: (sql, params, options) => clickhouse.stream(sql, params, gently(options)),
  insertRows: async (table, columns, body, options) => clickhouse.insertRows(table, columns, body, gently(options)),
});
