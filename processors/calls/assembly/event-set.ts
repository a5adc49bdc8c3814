import { contentHash, encodeEvent } from '../../../schemas/event-codec.ts';
import type { Event, EventType } from '../../../schemas/events.ts';
import { byPrecedence } from './precedence.ts';
import { placeUntimed } from './untimed-events.ts';

/** More than this is no call but a fault of a switch; the row is then made from the events that matter most. */
export const maxEventsPerCall = 20_000;

export type EventSet = {
  /** One event an id, in the order of `byPrecedence`. */
  readonly events: readonly Event[];
  /** Distinct pairs of id and content: what the row's version counts. */
  readonly distinct: number;
  readonly conflicting: boolean;
  readonly truncated: boolean;
};

/** The set that a list of events is: copies count once, and of two contents under one id the smaller hash holds. */
export const toEventSet = (events: readonly Event[], limit: number = maxEventsPerCall): EventSet => {
  const byId = new Map<string, Event>();
  let contents: Map<string, Map<string, Event>> | undefined;
  for (const event of events) {
    const id = idIn(byId, event);
    const first = byId.get(id);
    if (first === undefined) byId.set(id, event);
    else (contents ??= new Map()).set(id, withContent(contents.get(id), first, event));
  }
  let distinct = byId.size;
  for (const [id, variants] of contents ?? []) {
    distinct += variants.size - 1;
    byId.set(id, smallestHash(variants));
  }
  return { ...inOrder(placeUntimed([...byId.values()]), limit), distinct, conflicting: distinct > byId.size };
};

/** An id means an event within its call only: linked calls may use one id for two events. */
const idIn = (byId: ReadonlyMap<string, Event>, event: Event): string => {
  const first = byId.get(event.event_id);
  const isOther = first !== undefined && first.call_key !== event.call_key;
  return isOther ? `${event.call_key}\0${event.event_id}` : event.event_id;
};

const hashOf = (event: Event): string => contentHash(encodeEvent(event));

/** Of copies of one content the one received first is kept. */
const withContent = (known: Map<string, Event> | undefined, first: Event, next: Event): Map<string, Event> => {
  const variants = known ?? new Map([[hashOf(first), first]]);
  const hash = hashOf(next);
  const same = variants.get(hash);
  if (same === undefined || next.observed_at < same.observed_at) variants.set(hash, next);
  return variants;
};

const smallestHash = (variants: ReadonlyMap<string, Event>): Event => {
  let smallest: string | undefined;
  for (const hash of variants.keys()) if (smallest === undefined || hash < smallest) smallest = hash;
  return variants.get(smallest as string) as Event;
};

const inOrder = (events: Event[], limit: number): { events: Event[]; truncated: boolean } => {
  if (events.length <= limit) return { events: events.sort(byPrecedence), truncated: false };
  events.sort((a, b) => Number(isDetail(a)) - Number(isDetail(b)) || byPrecedence(a, b));
  return { events: events.slice(0, limit).sort(byPrecedence), truncated: true };
};

/** A call that was cut must still begin and end: its spine is kept before its details. */
const spine: ReadonlySet<EventType> = new Set<EventType>([
  'leg.created',
  'leg.answered',
  'leg.ended',
  'call.linked',
  'call.ended',
  'call.end_inferred',
  'call.blocked',
]);

const isDetail = (event: Event): boolean => !spine.has(event.type);
