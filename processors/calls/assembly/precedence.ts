import type { Event, EventType } from '../../../schemas/events.ts';
import { byText } from './text-order.ts';

/** What comes first among events of one instant: sources that tell whole seconds leave no other order. */
const rank: Readonly<Partial<Record<EventType, number>>> = {
  'leg.created': 0,
  'leg.progress': 1,
  'queue.entered': 2,
  'queue.offered': 3,
  'leg.answered': 4,
  'queue.offer_ended': 5,
  'queue.connected': 6,
  'leg.bridged': 7,
  'app.entered': 8,
  'leg.held': 9,
  'leg.resumed': 10,
  'leg.transferred': 11,
  'app.left': 12,
  'leg.unbridged': 13,
  'queue.completed': 14,
  'queue.left': 15,
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
