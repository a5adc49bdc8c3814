import type { Event } from '../../../schemas/events.ts';
import { byPrecedence } from './precedence.ts';

type End = { readonly at: number; readonly billMs: number };

/**
 * Some sources tell no times: their events have those of reception, and come in any order. A leg's end is final, so what
 * such a source tells of a leg after its end happened before it; the connection as long before as the end says that the
 * leg was answered. Gives the events in their order.
 */
export const withReceiptsInOrder = (events: readonly Event[]): readonly Event[] => {
  const ends = endsByReceipt(events);
  if (ends.size === 0) return events;
  return events.map((event) => moved(event, ends)).sort(byPrecedence);
};

const endsByReceipt = (events: readonly Event[]): Map<string, End> => {
  const ends = new Map<string, End>();
  for (const event of events) {
    if (event.type !== 'leg.ended' || event.occurred_precision !== 'receipt' || event.leg_id === null) continue;
    if (ends.has(event.leg_id)) continue;
    ends.set(event.leg_id, { at: event.occurred_at, billMs: Math.max(0, event.payload.totals?.bill_ms ?? 0) });
  }
  return ends;
};

const moved = (event: Event, ends: ReadonlyMap<string, End>): Event => {
  if (event.occurred_precision !== 'receipt' || !event.type.startsWith('leg.') || event.type === 'leg.ended')
    return event;
  let latest = event.occurred_at;
  for (const id of [event.leg_id, event.other_leg_id]) {
    const end = id === null ? undefined : ends.get(id);
    if (end !== undefined && end.at < event.occurred_at) latest = Math.min(latest, momentOf(event, end));
  }
  return latest === event.occurred_at ? event : { ...event, occurred_at: latest };
};

const momentOf = ({ type }: Event, { at, billMs }: End): number =>
  type === 'leg.answered' || type === 'leg.bridged' ? at - billMs * 1000 : at;
