import { decodeEvent } from '../../schemas/event-codec.ts';
import type { CallEventRow, UnanchoredEventRow } from '../../schemas/rows.ts';
import type { Anchored } from './anchoring.ts';
import { identityOf } from './assembly/identity.ts';
import type { Arrived } from './intake.ts';

const latest = Number.MAX_SAFE_INTEGER;

/** The event as a row of its call. */
export const toEventRow = ({ event, hash, raw, anchor }: Anchored): CallEventRow => ({
  ...identityColumns(event, anchor),
  event_id: event.event_id,
  content_hash: hash,
  observed_order: latest - event.observed_at,
  type: event.type,
  occurred_at: event.occurred_at,
  event: raw,
});

const identityColumns = (
  event: Arrived['event'],
  anchor: number,
): Pick<CallEventRow, 'tenant_id' | 'call_started_at' | 'call_id'> => {
  const { tenant_id, call_started_at, call_id } = identityOf(event, anchor);
  return { tenant_id, call_started_at, call_id };
};

/** The event as a row that waits for its call's anchor. */
export const toWaitingRow = ({ event, hash, raw }: Arrived): UnanchoredEventRow => ({
  tenant_id: event.tenant_id,
  call_key: event.call_key,
  event_id: event.event_id,
  content_hash: hash,
  event: raw,
});

/** An event that waited, now that its call's anchor is known. */
export const toJoined = (row: UnanchoredEventRow, anchor: number): Anchored => {
  const decoded = decodeEvent(row.event);
  if ('rejection' in decoded) throw new Error(`a stored event cannot be read: ${decoded.rejection}`);
  return { event: decoded.event, hash: row.content_hash, raw: row.event, source: '', timestampMs: 0, anchor };
};
