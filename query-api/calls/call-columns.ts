import { factColumns } from '../../schemas/fact-columns.ts';
import type { CallRow } from '../../schemas/call-row.ts';

/** Columns of a call as a listing shows it, with the ids of its recordings. */
export const summaryColumns = [
  ...factColumns,
  'answered_by_leg_id',
  'answered_by_amd',
  'recordings.recording_id AS recording_ids',
] as const;

/** What a single call shows besides. */
export const detailColumns = [
  ...summaryColumns,
  'call_started_at',
  'merged_into',
  'native_ids',
  'sip_call_ids',
  'legs',
  'bridges',
  'holds',
  'transfers',
  'queue_visits',
  'queue_refusals',
  'overflows',
  'callback_of_call_key',
  'callback_of_visit_id',
  'recordings',
  'recording_times',
  'transcripts',
  'costs',
  'events',
  'last_event_at',
  'decided_by',
  'spans',
] as const;

/** A row as ClickHouse gives it: instants as ISO-8601. */
type AsText<Value> = Value extends number ? string : Value;
type Instant = `${string}_at` | 'at' | 'from' | 'to';
type Told<Row> = Row extends readonly (infer Item)[]
  ? readonly Told<Item>[]
  : Row extends object
    ? { [Field in keyof Row]: Field extends Instant ? AsText<Row[Field]> : Told<Row[Field]> }
    : Row;

type SummaryField = Exclude<(typeof summaryColumns)[number], `${string} AS ${string}`>;
type DetailField = Exclude<(typeof detailColumns)[number], `${string} AS ${string}`>;

export type CallSummaryRow = Told<Pick<CallRow, SummaryField>> & { recording_ids: readonly string[] };
export type CallDetailRow = Told<Pick<CallRow, DetailField>> & { recording_ids: readonly string[] };
