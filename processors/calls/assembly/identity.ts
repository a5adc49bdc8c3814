import type { Event } from '../../../schemas/events.ts';
import { callId } from '../../../schemas/ids.ts';
import type { Facets } from './facets.ts';

/** What names a call; it never changes, whatever events come. */
export type CallIdentity = {
  readonly tenant_id: string;
  readonly call_key: string;
  readonly call_id: string;
  /** The anchor, µs. */
  readonly call_started_at: number;
};

/** The identity of the call that an event with that anchor belongs to. */
export const identityOf = ({ tenant_id, call_key }: Event, callStartedAt: number): CallIdentity => ({
  tenant_id,
  call_key,
  call_id: callId(tenant_id, call_key, callStartedAt),
  call_started_at: callStartedAt,
});

/** Id of the call that this one became part of, empty where it is a call of its own. */
export const mergedInto = ({ tenant_id, call_key }: CallIdentity, { links }: Facets): string => {
  for (const { payload } of links) {
    const { from_call_key: from, into_call_key: into, into_call_started_at: startedAt } = payload;
    if (from === call_key && into !== call_key && startedAt !== null) return callId(tenant_id, into, startedAt);
  }
  return '';
};
