import {
  type ClickHouse,
  ClickHouseError,
  ClickHouseTimeout,
  isRetryableClickHouseError,
} from '../../runtime/clickhouse.ts';
import { unavailable } from '../http/api-error.ts';
import type { Query } from './keyset.ts';

/** Reads rows; aborting the signal cancels the query on the server. Throws an `ApiError` of 503 where it cannot now. */
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
  // A row's versions share its partition, because the anchor that decides it never changes.
  do_not_merge_across_partitions_select_final: 1,
  max_memory_usage: '1000000000',
} as const;

export const createTables = (clickhouse: ClickHouse, timeoutMs: number): Tables => ({
  read: async <Row>({ sql, params }: Query, signal: AbortSignal) => {
    try {
      return await clickhouse.query<Row>(sql, params, { settings, signal, timeoutMs });
    } catch (error) {
      if (signal.aborted || !isRetryableClickHouseError(error)) throw error;
      if (isTimeout(error)) {
        throw unavailable('TIMEOUT', 'The answer takes too long; ask for a shorter range of time.', { cause: error });
      }
      throw unavailable('UNAVAILABLE', 'The tables cannot be read now; try again.', { cause: error });
    }
  },
});

/** TIMEOUT_EXCEEDED, or no answer at all. */
const isTimeout = (error: unknown): boolean =>
  error instanceof ClickHouseTimeout || (error instanceof ClickHouseError && error.code === '159');
