import { callDetail } from '../../query-api/calls/call-body.ts';
import type { CallDetailRow } from '../../query-api/calls/call-columns.ts';
import { rowJson } from '../../runtime/row-json.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { callColumns } from '../../schemas/clickhouse-columns.ts';

export type CallJson = Readonly<Record<string, unknown>>;

const toJson = rowJson<CallRow>(callColumns);

/** A row as `GET /v1/calls/{id}` shows it, without what depends on when and by whom it is asked. */
export const callJson = (row: CallRow): CallJson => {
  const told = {
    ...toJson(row),
    recording_ids: row.recordings.map(({ recording_id }) => recording_id),
  } as unknown as CallDetailRow;
  return withoutAnswerParts(callDetail(told, { links: new Map(), events: [], eventsTruncated: false }));
};

/** A saved answer of `GET /v1/calls/{id}`, or what `trunkline call assemble` printed, in the same form. */
export const expectedCall = (saved: unknown): CallJson | null => {
  if (typeof saved !== 'object' || saved === null) return null;
  const call = 'data' in saved ? saved.data : saved;
  return typeof call === 'object' && call !== null && 'id' in call ? withoutAnswerParts(call) : null;
};

/** Download links are new each time, and events have a file of their own. */
const withoutAnswerParts = (call: CallJson): CallJson => {
  const rest = without(call, ['events', 'events_truncated']);
  const recordings = rest['recordings'];
  if (!Array.isArray(recordings)) return rest;
  return {
    ...rest,
    recordings: recordings.map((one: CallJson) => without(one, ['download_url', 'download_url_expires_at'])),
  };
};

const without = (json: CallJson, names: readonly string[]): CallJson =>
  Object.fromEntries(Object.entries(json).filter(([name]) => !names.includes(name)));
