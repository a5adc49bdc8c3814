import { rowJson } from '../../../runtime/row-json.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import { callColumns, recordingColumns } from '../../../schemas/clickhouse-columns.ts';
import type { RecordingRow } from '../../../schemas/rows.ts';
import type { AssembledCall } from '../assembly/assemble-call.ts';
import { epochOf, eventsOf } from '../assembler-epoch.ts';

/** A row as a table has it, instants as ISO-8601. */
export type StoredRow = Readonly<Record<string, unknown>> & { readonly version: number };

/** What the tables have of a call: its row, if any, and those of its recordings by their ids. */
export type StoredCall = {
  readonly call: StoredRow | undefined;
  readonly recordings: ReadonlyMap<string, StoredRow>;
};

export type FieldChange = { readonly field: string; readonly before: unknown; readonly after: unknown };

/**
 * Why a call's rows would change: the assembler makes others of the same events; or the row was made of fewer events
 * than there are; or there is none.
 */
export type Reason = 'assembler' | 'events' | 'missing';

export type CallChange = {
  readonly tenant_id: string;
  readonly call_id: string;
  readonly reason: Reason;
  readonly version_before: number | null;
  readonly version_after: number;
  /** False where a row that differs has the very version already: nobody could say which of the two holds. */
  readonly writable: boolean;
  readonly changes: readonly FieldChange[];
};

export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'change'; readonly change: CallChange }
  /** The stored row was made of more events: one came meanwhile, or old ones are no longer kept. It holds. */
  | { readonly kind: 'newer' };

/** Rows that a newer program made must not be compared with what this one makes, let alone be replaced. */
export class NewerEpochError extends Error {
  override readonly name = 'NewerEpochError';
}

const callToJson = rowJson<CallRow>(callColumns);
const recordingToJson = rowJson<RecordingRow>(recordingColumns);

/** What would change if the call's rows were written. */
export const compareCall = ({ call, recordings }: AssembledCall, stored: StoredCall): Comparison => {
  const before = stored.call?.version ?? null;
  if (before !== null && epochOf(before) > epochOf(call.version)) {
    throw new NewerEpochError(
      `${call.call_id} was assembled by a newer version of Trunkline (epoch ${epochOf(before)}, this one has ${epochOf(call.version)}): use that one`,
    );
  }
  if (before !== null && before > call.version) return { kind: 'newer' };
  const ofCall = stored.call === undefined ? [] : fieldChanges('', stored.call, callToJson(call));
  const ofRecordings = recordings.map((row) => recordingChanges(row, stored.recordings.get(row.recording_id)));
  const changes = [...ofCall, ...ofRecordings.flat()];
  if (stored.call !== undefined && changes.length === 0) return { kind: 'same' };
  const isStuck = (row: { readonly version: number }, old: StoredRow | undefined, found: readonly FieldChange[]) =>
    found.length > 0 && old?.version === row.version;
  const writable =
    !isStuck(call, stored.call, ofCall) &&
    !recordings.some((row, at) => isStuck(row, stored.recordings.get(row.recording_id), ofRecordings[at] ?? []));
  const { tenant_id, call_id, version } = call;
  const reason = reasonOf(before, version);
  return {
    kind: 'change',
    change: { tenant_id, call_id, reason, version_before: before, version_after: version, writable, changes },
  };
};

const reasonOf = (before: number | null, after: number): Reason => {
  if (before === null) return 'missing';
  return eventsOf(before) === eventsOf(after) ? 'assembler' : 'events';
};

const recordingChanges = (row: RecordingRow, stored: StoredRow | undefined): FieldChange[] => {
  const after = recordingToJson(row);
  if (stored === undefined) return [{ field: 'recording', before: null, after }];
  return stored.version > row.version ? [] : fieldChanges('recording.', stored, after);
};

/** The version alone is no change: it says which program made the row, not what the call was. */
const fieldChanges = (prefix: string, before: StoredRow, after: Readonly<Record<string, unknown>>): FieldChange[] =>
  Object.keys(after).flatMap((name) => {
    const isSame = name === 'version' || JSON.stringify(before[name]) === JSON.stringify(after[name]);
    return isSame ? [] : [{ field: `${prefix}${name}`, before: before[name], after: after[name] }];
  });
