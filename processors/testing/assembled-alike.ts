import assert from 'node:assert/strict';
import { rowJson } from '../../runtime/row-json.ts';
import { callColumns, recordingColumns } from '../../schemas/clickhouse-columns.ts';
import { assemblePage, ownAssembler } from '../calls/reassembly/assemble-page.ts';
import { type Comparison, compareCall, type StoredRow } from '../calls/reassembly/compare.ts';
import type { Range } from '../calls/reassembly/range-queries.ts';
import { type Tables, tableStores } from './in-memory-tables.ts';

export const always: Range = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER, tenantId: null };

const toJson = { call: rowJson(callColumns), recording: rowJson(recordingColumns) };

/** How the calls of the tables differ from what the assembler makes of their events. */
export const comparisonsOf = async (tables: Tables): Promise<Comparison[]> => {
  const places = new Map(tables.events.final().map((row) => [row.call_id, row]));
  const stores = tableStores(tables, async (effect) => effect());
  const { calls, recordings } = await assemblePage([...places.values()], always, stores, ownAssembler);
  const stored = new Map(tables.calls.final().map((row) => [row.call_id, toJson.call(row) as StoredRow]));
  const storedRecordings = new Map(
    tables.recordings.final().map((row) => [row.recording_id, toJson.recording(row) as StoredRow]),
  );
  return calls.map((call) =>
    compareCall(
      { call, recordings: recordings.filter(({ call_id }) => call_id === call.call_id) },
      { call: stored.get(call.call_id), recordings: storedRecordings },
    ),
  );
};

/** Fails unless every call of the tables is what its stored events give. */
export const isAssembledAlike = async (tables: Tables): Promise<void> => {
  const comparisons = await comparisonsOf(tables);
  assert.equal(comparisons.length, tables.calls.final().length);
  for (const comparison of comparisons) assert.deepEqual(comparison, { kind: 'same' });
};
