import type { Event, EventType } from '../../../schemas/events.ts';
import { byText } from './text-order.ts';

/** What comes first among events of one instant: sources that tell whole seconds leave no other order. */
const rank: Readonly<Partial<Record<EventType, number>>> = {
  'leg.created': 0,
  'leg.progress': 1,
  // A caller leaves a queue before entering the next, or the same again.
  'queue.completed': 2,
  'queue.left': 3,
  'queue.entered': 4,
  'queue.offered': 5,
  'leg.answered': 6,
  'queue.offer_ended': 7,
  'queue.connected': 8,
  'leg.bridged': 9,
  'app.entered': 10,
  'leg.held': 11,
  'leg.resumed': 12,
  'leg.transferred': 13,
  'app.left': 14,
  'leg.unbridged': 15,
  'leg.ended': 16,
};

const rankOf = (event: Event): number => rank[event.type] ?? 17;

/** The one order in which events are folded: time, then kind, then the switch's sequence, then id. */
export const byPrecedence = (a: Event, b: Event): number =>
  a.occurred_at - b.occurred_at ||
  rankOf(a) - rankOf(b) ||
  (a.native.seq ?? 0) - (b.native.seq ?? 0) ||
  byText(a.event_id, b.event_id) ||
  // Linked calls may each hold the event that links them.
  byText(a.call_key, b.call_key);
