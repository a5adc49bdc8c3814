import type { CallRow } from '../../schemas/call-row.ts';
import type { DeadLetter } from '../../schemas/dead-letters.ts';
import type {
  CallAnchorRow,
  CallEventRow,
  RecordingRow,
  SwitchSignRow,
  UnanchoredEventRow,
} from '../../schemas/rows.ts';
import { addSigns, nameOf } from '../switch-signs.ts';
import { refOf } from '../calls/call-ref.ts';
import type { CycleStores } from '../calls/ports.ts';
import { createReplacingTable, type ReplacingTable } from './replacing-table.ts';

export type Tables = {
  readonly events: ReplacingTable<CallEventRow>;
  readonly anchors: ReplacingTable<CallAnchorRow>;
  readonly waiting: ReplacingTable<UnanchoredEventRow>;
  readonly calls: ReplacingTable<CallRow>;
  readonly recordings: ReplacingTable<RecordingRow>;
  readonly signs: Map<string, SwitchSignRow>;
  readonly deadLetters: ReplacingTable<DeadLetter>;
};

export const createTables = (): Tables => ({
  events: createReplacingTable(
    (row) => `${row.call_id}\0${row.event_id}\0${row.content_hash}`,
    (row) => row.observed_order,
  ),
  anchors: createReplacingTable((row) => refOf(row)),
  waiting: createReplacingTable((row) => `${refOf(row)}\0${row.event_id}\0${row.content_hash}`),
  calls: createReplacingTable(
    (row) => row.call_id,
    (row) => row.version,
  ),
  recordings: createReplacingTable(
    (row) => `${row.tenant_id}\0${row.recording_id}`,
    (row) => row.version,
  ),
  signs: new Map(),
  deadLetters: createReplacingTable((row) => row.quarantine_id),
});

/** Runs an effect on the tables, at some time later. */
export type Access = <Result>(effect: () => Result) => Promise<Result>;

/** The processor's stores over tables in memory; each access goes through `access`, which may delay or refuse it. */
export const tableStores = (tables: Tables, access: Access): CycleStores => ({
  calls: {
    insertEvents: async (rows) => access(() => tables.events.insert(rows)),
    insertCalls: async (rows) => access(() => tables.calls.insert(rows)),
    insertRecordings: async (rows) => access(() => tables.recordings.insert(rows)),
    readEvents: async (calls) =>
      access(() => {
        const wanted = new Set(calls.map(({ call_id }) => call_id));
        return tables.events.final().filter(({ call_id }) => wanted.has(call_id));
      }),
  },
  anchors: {
    insert: async (rows) => access(() => tables.anchors.insert(rows)),
    find: async (refs) => access(() => named(tables.anchors.final(), refs)),
  },
  waiting: {
    insert: async (rows) => access(() => tables.waiting.insert(rows)),
    find: async (refs) => access(() => named(tables.waiting.final(), refs)),
  },
  signs: {
    insert: async (rows) =>
      access(() => {
        for (const row of rows) {
          const known = tables.signs.get(nameOf(row));
          tables.signs.set(nameOf(row), known === undefined ? row : addSigns(known, row));
        }
      }),
  },
  deadLetters: { publish: async (letters) => access(() => tables.deadLetters.insert(letters)) },
});

type Named = { readonly tenant_id: string; readonly call_key: string };

const named = <Row extends Named>(rows: readonly Row[], refs: readonly Named[]): Row[] => {
  const wanted = new Set(refs.map(refOf));
  return rows.filter((row) => wanted.has(refOf(row)));
};
