import { type ClickHouse, isRetryableClickHouseError } from '../../../runtime/clickhouse.ts';
import { retry } from '../../../runtime/retry.ts';
import { rowJsonSettings } from '../../../runtime/row-json.ts';
import type { Assembled } from '../assemble-touched.ts';
import type { AssembledCall } from '../assembly/assemble-call.ts';
import { clickhouseStores } from '../clickhouse-call-store.ts';
import type { CallStore } from '../ports.ts';
import { type Assemble, assemblePage } from './assemble-page.ts';
import { type CallChange, compareCall, type StoredCall, type StoredRow } from './compare.ts';
import { gentleClickHouse } from './gentle-clickhouse.ts';
import { type Page, readPage, readTenants } from './pages.ts';
import { type Cursor, type Range, storedCallsQuery, storedRecordingsQuery } from './range-queries.ts';

/** What came of one page. */
export type PageReport = {
  readonly cursor: Cursor;
  readonly calls: number;
  readonly newer: number;
  readonly changes: readonly CallChange[];
  readonly failures: readonly string[];
  /** Rows written to the table `calls`. */
  readonly written: number;
};

export type WalkOptions = {
  readonly clickhouse: ClickHouse;
  readonly range: Range;
  readonly assemble: Assemble;
  /** Write what differs; else only compare. */
  readonly writes: boolean;
  /** Where an earlier walk got to. */
  readonly after: Cursor | null;
  readonly onRetry?: (error: unknown) => void;
};

const patience = { attempts: 12, baseDelayMs: 500, maxDelayMs: 15_000, isRetryable: isRetryableClickHouseError };

/** Roughly how many calls a walk over the range has before it. */
export const countCalls = async (clickhouse: ClickHouse, range: Range): Promise<number> =>
  (await readTenants(gentleClickHouse(clickhouse), range)).reduce((sum, { calls }) => sum + calls, 0);

/**
 * Assembles the calls of a range anew, a page at a time, and compares them with their rows. Doing it again, from any
 * cursor, writes nothing that is there already; a row that was made of more events meanwhile holds by its version.
 */
export async function* walkRange(options: WalkOptions): AsyncGenerator<PageReport> {
  const { range, after } = options;
  const clickhouse = gentleClickHouse(options.clickhouse);
  const again = async <Result>(work: () => Promise<Result>): Promise<Result> =>
    retry(work, { ...patience, ...(options.onRetry && { onRetry: options.onRetry }) });
  for (const { tenantId } of await again(async () => readTenants(clickhouse, range))) {
    if (after !== null && tenantId < after.tenantId) continue;
    let cursor = after?.tenantId === tenantId ? after : null;
    for (;;) {
      const page = await again(async () => readPage(clickhouse, tenantId, range, cursor));
      if (page === null) break;
      yield await again(async () => takePage(page, clickhouse, options));
      cursor = page.cursor;
    }
  }
}

const takePage = async (
  page: Page,
  clickhouse: ClickHouse,
  { range, assemble, writes }: WalkOptions,
): Promise<PageReport> => {
  const stores = clickhouseStores(clickhouse);
  const assembled = await assemblePage(page.calls, range, stores, assemble);
  const units = unitsOf(assembled);
  // Read after the events: a row that is newer than what was read here shows itself by its version.
  const stored = await readStored(clickhouse, page.cursor.tenantId, units);
  const changes: CallChange[] = [];
  const changed: AssembledCall[] = [];
  let newer = 0;
  for (const unit of units) {
    const comparison = compareCall(unit, stored(unit));
    if (comparison.kind === 'newer') newer += 1;
    if (comparison.kind !== 'change') continue;
    changes.push(comparison.change);
    if (comparison.change.writable) changed.push(unit);
  }
  if (writes) await write(stores.calls, changed);
  return {
    cursor: page.cursor,
    calls: units.length,
    newer,
    changes,
    failures: assembled.failures.map(({ raw, message }) => `${raw.toString()}: ${message}`),
    written: writes ? changed.length : 0,
  };
};

const unitsOf = ({ calls, recordings }: Assembled): AssembledCall[] => {
  const byCall = Map.groupBy(recordings, ({ call_id }) => call_id);
  return calls.map((call) => ({ call, recordings: byCall.get(call.call_id) ?? [] }));
};

const readStored = async (
  clickhouse: ClickHouse,
  tenantId: string,
  units: readonly AssembledCall[],
): Promise<(unit: AssembledCall) => StoredCall> => {
  const places = units.map(({ call }) => ({ at: call.call_started_at, callId: call.call_id }));
  const recordingIds = units.flatMap(({ recordings }) => recordings.map(({ recording_id }) => recording_id));
  const read = async ({ sql, params }: ReturnType<typeof storedCallsQuery>): Promise<StoredRow[]> =>
    clickhouse.query<StoredRow>(sql, params, {
      settings: { ...rowJsonSettings, use_skip_indexes_if_final: 0, do_not_merge_across_partitions_select_final: 1 },
    });
  const calls = byName(places.length === 0 ? [] : await read(storedCallsQuery(tenantId, places)), 'call_id');
  const recordings = byName(
    recordingIds.length === 0 ? [] : await read(storedRecordingsQuery(tenantId, recordingIds)),
    'recording_id',
  );
  return ({ call }) => ({ call: calls.get(call.call_id), recordings });
};

const byName = (rows: readonly StoredRow[], name: string): ReadonlyMap<string, StoredRow> =>
  new Map(rows.map((row) => [row[name] as string, row]));

/** The recordings last: where this is cut short, they differ still and are found again. */
const write = async (store: CallStore, units: readonly AssembledCall[]): Promise<void> => {
  if (units.length === 0) return;
  await store.insertCalls(units.map(({ call }) => call));
  const recordings = units.flatMap((unit) => unit.recordings);
  if (recordings.length > 0) await store.insertRecordings(recordings);
};
