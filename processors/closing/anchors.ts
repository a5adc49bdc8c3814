import type { Event, EventOf } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import { isPlausibleInstant } from '../../schemas/instants.ts';
import { byText } from '../calls/assembly/text-order.ts';
import { refOf } from '../calls/call-ref.ts';
import { isSignOfLife } from '../switch-signs.ts';

/**
 * The anchors of calls whose root was never told, from the events that wait for it: each call's earliest time known. A
 * call of which only others than a switch tell (a recording, a cost) may be none, and waits on.
 */
export const anchorsOf = (waiting: readonly Event[], observedAtUs: number): EventOf<'call.anchored'>[] =>
  [...Map.groupBy(waiting, refOf).values()].flatMap((events) => {
    const told = events.filter(({ type }) => isSignOfLife(type));
    const [first] = told.toSorted((a, b) => earliestIn(a) - earliestIn(b) || byText(a.event_id, b.event_id));
    return first === undefined ? [] : [toEvent(first, earliestIn(first), observedAtUs)];
  });

/** A leg's events tell when it was created too. */
const earliestIn = ({ occurred_at, payload }: Event): number => {
  const createdAt = 'leg' in payload ? (payload.leg?.created_at ?? null) : null;
  return createdAt !== null && isPlausibleInstant(createdAt) ? Math.min(occurred_at, createdAt) : occurred_at;
};

const toEvent = (told: Event, startedAt: number, observedAtUs: number): EventOf<'call.anchored'> => {
  const { tenant_id, switch_id, switch_kind, boot_id, call_key } = told;
  const type = 'call.anchored';
  return {
    observed_at: observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(switch_id, boot_id, call_key, startedAt, type),
    tenant_id,
    switch_id,
    switch_kind,
    boot_id,
    native: { name: 'closing-processor', id: call_key, seq: null },
    call_key,
    call_started_at: startedAt,
    leg_id: null,
    other_leg_id: null,
    occurred_at: startedAt,
    occurred_precision: told.occurred_precision,
    extra: {},
    type,
    payload: {},
  };
};
