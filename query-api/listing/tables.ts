import type { ClickHouse } from '../../runtime/clickhouse.ts';
import type { Query } from './keyset.ts';

/** Reads rows; aborting the signal cancels the query on the server. */
export type Tables = {
  read<Row>(query: Query, signal: AbortSignal): Promise<Row[]>;
};

/**
 * Instants come as ISO-8601 with µs, as the API gives them; 64-bit integers as numbers (counts and ms stay far below
 * 2⁵³). Skip indexes are not used with FINAL, because older servers then show superseded rows.
 */
const settings = {
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
  use_skip_indexes_if_final: 0,
  max_memory_usage: '1000000000',
} as const;

export const createTables = (clickhouse: ClickHouse, timeoutMs: number): Tables => ({
  read: async ({ sql, params }, signal) => clickhouse.query(sql, params, { settings, signal, timeoutMs }),
});
