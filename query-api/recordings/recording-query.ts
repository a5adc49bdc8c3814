import type { CallDetailRow } from '../calls/call-columns.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { and, type Conditions, instantParam, type Key, type Listing, ofTenant, type Query } from '../listing/keyset.ts';
import type { RecordingFilters } from './list-parameters.ts';

const objectColumns = ['recording_id', 'status', 'object_key', 'format', 'content_type'] as const;

const columns = [
  ...objectColumns,
  'call_key',
  'call_id',
  'leg_id',
  'failure_reason',
  'started_at',
  'duration_ms',
  'channels',
  'bytes',
  'sha256',
  'direction',
  'caller_number',
  'callee_number',
  'caller_name',
  'queue_id',
  'agent_id',
  'updated_at',
] as const;

/** Where a recording's audio is. */
export type RecordingObject = Pick<RecordingRow, (typeof objectColumns)[number]>;

/** A recording as it is read, its instants in ISO-8601. */
export type RecordingFound = Omit<Pick<RecordingRow, (typeof columns)[number]>, 'started_at' | 'updated_at'> & {
  readonly started_at: string;
  readonly updated_at: string;
};

/** What the call of a recording tells of it. */
export type RecordingTold = Pick<CallDetailRow, 'recording_times' | 'transcripts'>;

export const recordingListing: Listing = {
  table: 'recordings',
  at: 'started_at',
  id: 'recording_id',
  columns,
  daysBack: [],
};

export const recordingConditions = (tenantId: string, filters: RecordingFilters): Conditions => {
  let conditions = ofTenant(tenantId);
  const filter = (sql: string, name: string, value: number | string | null): void => {
    if (value !== null) conditions = and(conditions, sql, { [name]: value });
  };
  filter(`started_at >= ${instantParam('from')}`, 'from', filters.from);
  filter(`started_at < ${instantParam('to')}`, 'to', filters.to);
  filter('direction = {direction:String}', 'direction', filters.direction);
  filter('status = {status:String}', 'status', filters.status);
  // The extension is the tenant's own side of the call; both sides are where nobody from outside took part.
  filter(
    "((direction != 'outbound' AND callee_number = {extension:String}) OR (direction != 'inbound' AND caller_number = {extension:String}))",
    'extension',
    filters.extension,
  );
  filter('(call_id = {call_id:String} OR call_key = {call_id:String})', 'call_id', filters.callId);
  filter('duration_ms >= {min_ms:UInt64}', 'min_ms', filters.minSeconds === null ? null : filters.minSeconds * 1000);
  return conditions;
};

/** One recording. */
export const recordingQuery = (tenantId: string, recordingId: string): Query =>
  select(columns, and(ofTenant(tenantId), 'recording_id = {id:String}', { id: recordingId }));

/** What a call, at the place that its id tells, has to tell of one of its recordings. */
export const recordingToldQuery = (tenantId: string, recordingId: string, { at, id }: Key): Query => {
  const { sql, params } = and(
    ofTenant(tenantId),
    `call_started_at = ${instantParam('at')} AND call_id = {call_id:String}`,
    { at, call_id: id, id: recordingId },
  );
  return {
    sql: `SELECT arrayFilter(one -> one.recording_id = {id:String}, recording_times) AS recording_times,
  arrayFilter(one -> one.recording_id = {id:String}, transcripts) AS transcripts
FROM calls FINAL
WHERE ${sql.join('\n  AND ')}`,
    params,
  };
};

/** Where the audio of some recordings is. */
export const recordingObjectsQuery = (tenantId: string, recordingIds: readonly string[]): Query =>
  select(
    objectColumns,
    and(ofTenant(tenantId), 'recording_id IN (SELECT arrayJoin({ids:Array(String)}))', { ids: recordingIds }),
  );

const select = (names: readonly string[], { sql, params }: Conditions): Query => ({
  sql: `SELECT ${names.join(',\n  ')}
FROM recordings FINAL
WHERE ${sql.join('\n  AND ')}`,
  params,
});
