import type { Event, EventOf, EventType } from '../../../schemas/events.ts';
import { isUntimed } from '../../../schemas/untimed.ts';

// Events of a switch that tells no times stand at the earliest instant that each by itself allows. Together they allow
// less: what has a higher number came later, and a queue tells for how long it let a caller wait and talk.

type Placed = { readonly event: Event; readonly seq: number; at: number };

/** The events, those without a time of their own at the earliest instants that agree with their order and spans. */
export const placeUntimed = (events: readonly Event[]): Event[] => {
  const bySwitch = Map.groupBy(events.filter(isPlaceable), ({ switch_id }) => switch_id);
  if (bySwitch.size === 0) return [...events];
  const instants = new Map<Event, number>();
  for (const untimed of bySwitch.values()) {
    const placed = untimed
      .map((event) => ({ event, seq: event.native.seq ?? 0, at: event.occurred_at }))
      .sort((a, b) => a.seq - b.seq || a.at - b.at);
    place(placed);
    for (const { event, at } of placed) instants.set(event, at);
  }
  return events.map((event) => ({ ...event, occurred_at: instants.get(event) ?? event.occurred_at }));
};

const isPlaceable = (event: Event): boolean => event.native.seq !== null && isUntimed(event);

const place = (placed: readonly Placed[]): void => {
  const spans = toldSpans(placed);
  for (const { first, last, ms } of spans) if (is(last, 'queue.connected')) raise(first, last.at - ms * 1000);
  inOrder(placed);
  for (const { first, ms, closing } of spans) for (const one of closing) raise(one, first.at + ms * 1000);
  inOrder(placed);
};

const raise = (one: Placed, at: number): void => {
  one.at = Math.max(one.at, at);
};

/** Each at least a moment after the one before; what one native event tells is at one instant. */
const inOrder = (placed: readonly Placed[]): void => {
  let before: Placed | undefined;
  for (const one of placed) {
    if (before !== undefined) raise(one, before.at + (before.seq === one.seq ? 0 : 1));
    before = one;
  }
};

type ToldSpan = {
  readonly first: Placed;
  readonly last: Placed;
  readonly ms: number;
  /** The last event and those shortly before it that are of the same moment. */
  readonly closing: readonly Placed[];
};

const is = <T extends EventType>(
  one: Placed | undefined,
  ...types: readonly T[]
): one is Placed & { readonly event: EventOf<T> } =>
  one !== undefined && (types as readonly EventType[]).includes(one.event.type);

/** The waits and talks that a queue tells, with the events at both their ends. */
const toldSpans = (placed: readonly Placed[]): ToldSpan[] => {
  const entered = new Map<string, Placed>();
  const connected = new Map<string, Placed>();
  const spans: ToldSpan[] = [];
  placed.forEach((one, at) => {
    const found = spanEndingWith(one, entered, connected);
    if (found !== null) spans.push({ ...found, last: one, closing: [one, ...sameMoment(placed, at, found.first)] });
    if (is(one, 'queue.entered')) entered.set(one.event.payload.visit_id, one);
    if (is(one, 'queue.connected')) connected.set(one.event.payload.visit_id, one);
  });
  return spans;
};

const spanEndingWith = (
  one: Placed,
  entered: ReadonlyMap<string, Placed>,
  connected: ReadonlyMap<string, Placed>,
): Pick<ToldSpan, 'first' | 'ms'> | null => {
  if (is(one, 'queue.connected', 'queue.left')) {
    const { visit_id, wait_ms: ms } = one.event.payload;
    const first = entered.get(visit_id);
    return first === undefined || ms === null ? null : { first, ms };
  }
  if (!is(one, 'queue.completed')) return null;
  const { visit_id, connect_ms: ms } = one.event.payload;
  const first = connected.get(visit_id);
  return first === undefined || ms === null ? null : { first, ms };
};

/** An answer and a hang-up are told some events before the queue tells what they made of the visit. */
const sameMoment = (placed: readonly Placed[], at: number, first: Placed): Placed[] => {
  const last = placed[at];
  const isConnection = is(last, 'queue.connected');
  const types = isConnection ? answering : ending;
  const told = isConnection ? last.event : first.event;
  return placed
    .slice(Math.max(0, at - nearby), at)
    .filter((one) => one.seq > first.seq && is(one, ...types) && isOneOf(one.event, told));
};

const nearby = 32;
const answering = ['leg.answered', 'leg.resumed'] as const;
const ending = ['leg.ended', 'leg.unbridged'] as const;

/** Whether an event is of a leg that an event of a queue is about: the caller's or the agent's. */
const isOneOf = (event: Event, told: Event): boolean =>
  event.leg_id === told.leg_id || (told.type === 'queue.connected' && event.leg_id === told.payload.agent_leg_id);
