import type { CallAnchorRow, CallEventRow, UnanchoredEventRow } from '../../schemas/rows.ts';
import type { Anchored } from './anchoring.ts';
import type { CallIdentity } from './assembly/identity.ts';
import { refOf } from './call-ref.ts';
import type { Arrived } from './intake.ts';
import type { WaitingEvent } from './ports.ts';
import { decodeStored } from './stored-events.ts';

const latest = Number.MAX_SAFE_INTEGER;

/** The event as a row of its call. */
export const toEventRow = ({ event, hash, raw, identity }: Anchored): CallEventRow => ({
  tenant_id: identity.tenant_id,
  call_started_at: identity.call_started_at,
  call_id: identity.call_id,
  event_id: event.event_id,
  content_hash: hash,
  observed_order: latest - event.observed_at,
  type: event.type,
  occurred_at: event.occurred_at,
  event: raw,
  switch_id: event.switch_id,
});

export const toAnchorRow = ({ tenant_id, call_key, call_started_at }: CallIdentity): CallAnchorRow => ({
  tenant_id,
  call_key,
  call_started_at,
});

/** The event as a row that waits for its call's anchor. */
export const toWaitingRow = ({ event, hash, raw }: Arrived): UnanchoredEventRow => ({
  tenant_id: event.tenant_id,
  call_key: event.call_key,
  event_id: event.event_id,
  content_hash: hash,
  event: raw,
  switch_id: event.switch_id,
  observed_order: latest - event.observed_at,
});

/** An event that waited, now that its call is known. */
export const toJoined = (row: WaitingEvent, identity: CallIdentity): Anchored => ({
  event: decodeStored(row.event),
  ref: refOf(row),
  hash: row.content_hash,
  raw: row.event,
  source: '',
  timestampMs: 0,
  identity,
});
