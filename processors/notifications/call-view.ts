import { factColumns } from '../../schemas/fact-columns.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { callColumns } from '../../schemas/clickhouse-columns.ts';

/** The columns of a call's row that what is told is made of. */
const columns = ['tenant_id', 'merged_into', ...factColumns] as const satisfies readonly (keyof CallRow)[];

/** A call's row as far as it is told, its anchor included. */
export type CallView = Pick<CallRow, (typeof columns)[number] | 'call_started_at'> & {
  readonly queue_visits: readonly Pick<CallRow['queue_visits'][number], 'queue_id'>[];
  readonly recordings: readonly Pick<CallRow['recordings'][number], 'recording_id' | 'status'>[];
};

type Column = (typeof columns)[number];

/** Instants as µs and large integers as numbers: all of a call's are below 2⁵³. */
const selected = (column: Column): string => {
  const type = callColumns[column];
  if (type.includes('DateTime64')) return `toFloat64(toUnixTimestamp64Micro(c.${column})) AS ${column}`;
  return type.includes('UInt64') ? `toFloat64(c.${column}) AS ${column}` : `c.${column} AS ${column}`;
};

// A call id is unique: the other two conditions only lead the index to it.
const named = `
WHERE c.tenant_id IN {tenants:Array(String)}
  AND c.call_started_at IN (SELECT fromUnixTimestamp64Micro(arrayJoin({starts:Array(Int64)}), 'UTC'))
  AND c.call_id IN {calls:Array(String)}`;

export const viewsQuery = `
SELECT
  ${columns.map(selected).join(', ')},
  toFloat64(toUnixTimestamp64Micro(c.call_started_at)) AS anchor_us,
  c.queue_visits.queue_id AS queue_ids, c.recordings.recording_id AS recording_ids, c.recordings.status AS recording_states
FROM calls AS c FINAL${named}`;

export const announcedQuery = `
SELECT
  c.tenant_id AS tenant_id, c.call_id AS call_id, toFloat64(toUnixTimestamp64Micro(c.call_started_at)) AS anchor_us,
  toFloat64(c.version) AS version, c.state AS state, c.sent AS sent, c.facts AS facts,
  arrayMap(bytes -> base64Encode(bytes), c.notifications) AS notifications
FROM announced_calls AS c FINAL${named}`;

export type ViewAnswer = Pick<CallRow, Column> & {
  readonly anchor_us: number;
  readonly queue_ids: readonly string[];
  readonly recording_ids: readonly string[];
  readonly recording_states: readonly CallRow['recordings'][number]['status'][];
};

export const toCallView = ({
  anchor_us,
  queue_ids,
  recording_ids,
  recording_states,
  ...row
}: ViewAnswer): CallView => ({
  ...row,
  call_started_at: anchor_us,
  queue_visits: queue_ids.map((queue_id) => ({ queue_id })),
  recordings: recording_ids.map((recording_id, at) => ({
    recording_id,
    status: recording_states[at] as CallView['recordings'][number]['status'],
  })),
});
