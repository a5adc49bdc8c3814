import type { Event } from '../../../schemas/events.ts';
import { audioOffsetMs } from './audio.ts';
import type { CallFacts } from './facts.ts';
import { layersOf } from './layers.ts';
import { momentsOf } from './moments.ts';
import { beginnings, type State, type StateName, stateOf } from './states.ts';

export type AudioPlace = { readonly recordingId: string; readonly offsetMs: number };

/** One state of a call, from when to when (µs; no end where it goes on or is the last). */
export type Entry = State & {
  readonly from: number;
  readonly to: number | null;
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly since: Pick<Event, 'event_id' | 'type'> | null;
  /** Where in which audio it is first heard. */
  readonly audio: readonly AudioPlace[];
};

export type Timeline = { readonly entries: readonly Entry[]; readonly truncated: boolean };

/** A call that changes more often is a fault of a switch. */
const mostEntries = 5000;

/**
 * What a call was at each moment: states that follow each other without gap from its start to its end, then `ended`. A
 * pure function of the row and the events.
 */
export const timelineOf = (facts: CallFacts): Timeline => {
  const stretches = stretchesOf(facts);
  const { startedAt, endedAt, until } = facts;
  const offsetMs = (at: number): number => Math.round((at - startedAt) / 1000);
  const entries = stretches.map(
    ({ from, to, ...state }): Entry => ({
      ...state,
      from,
      to: to >= until && endedAt === null ? null : to,
      offsetMs: offsetMs(from),
      durationMs: offsetMs(to) - offsetMs(from),
      since: beginningOf(state.state, from, facts),
      audio: audioIn(facts, from, to),
    }),
  );
  if (endedAt !== null) entries.push(endOf(facts, offsetMs(until)));
  return { entries: entries.slice(0, mostEntries), truncated: entries.length > mostEntries };
};

type Stretch = State & { from: number; to: number };

/** Moments that follow each other in one state are one. */
const stretchesOf = (facts: CallFacts): Stretch[] => {
  const { startedAt, endedAt } = facts;
  // A call of which only its beginning is known is something too.
  const until = endedAt === null ? Math.max(facts.until, startedAt + 1) : facts.until;
  const stretches: Stretch[] = [];
  for (const { from, to, active } of momentsOf(layersOf(facts), startedAt, until)) {
    const last = stretches.at(-1);
    const state = stateOf(active, facts, last === undefined || last.state === 'setup');
    if (last !== undefined && isSame(last, state)) last.to = to;
    else if (stretches.push({ ...state, from, to }) > mostEntries) break;
  }
  return stretches;
};

const isSame = (one: State, other: State): boolean =>
  one.state === other.state &&
  one.countsAs === other.countsAs &&
  one.visit === other.visit &&
  one.name === other.name &&
  one.legs.length === other.legs.length &&
  one.legs.every((leg, at) => leg === other.legs[at]);

const endOf = ({ row, until, events }: CallFacts, offsetMs: number): Entry => {
  const decisive = row.decided_by.find(({ field }) => field === 'ended_at')?.event_id;
  const event = events.find(({ event_id }) => event_id === decisive);
  return {
    state: 'ended',
    countsAs: null,
    legs: [],
    visit: null,
    position: null,
    name: '',
    from: until,
    to: null,
    offsetMs,
    durationMs: 0,
    since: event === undefined ? null : sinceOf(event),
    audio: [],
  };
};

const sinceOf = ({ event_id, type }: Event): Entry['since'] => ({ event_id, type });

/** Of the events at the instant the one that is likeliest to have begun the state. */
const beginningOf = (state: StateName, at: number, { events }: CallFacts): Entry['since'] => {
  const then = eventsAt(events, at);
  for (const type of beginnings[state]) {
    const event = then.find((one) => one.type === type);
    if (event !== undefined) return sinceOf(event);
  }
  const [first] = then;
  return first === undefined ? null : sinceOf(first);
};

/** Events of one instant, found by halving. */
const eventsAt = (events: readonly Event[], at: number): Event[] => {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle] as Event).occurred_at < at) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (events[end]?.occurred_at === at) end += 1;
  return events.slice(low, end);
};

const audioIn = ({ audios }: CallFacts, from: number, to: number): AudioPlace[] =>
  audios.flatMap((audio) => {
    const offsetMs = audioOffsetMs(audio, from, to);
    return offsetMs === null ? [] : [{ recordingId: audio.recordingId, offsetMs }];
  });

/** The entry of an instant (µs), its audio where that instant is heard; null before the call began. */
export const entryAt = ({ entries }: Timeline, facts: CallFacts, at: number): Entry | null => {
  const entry = entries.findLast(({ from }) => from <= at);
  if (entry === undefined) return null;
  return { ...entry, audio: audioIn(facts, at, at + 1) };
};
