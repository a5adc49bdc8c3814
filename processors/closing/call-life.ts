import type { Event } from '../../schemas/events.ts';
import { byText } from '../calls/assembly/text-order.ts';
import { isSignOfLife } from '../switch-signs.ts';
import type { Heard } from './switch-lives.ts';

/** A leg as far as the closing rules go by it. */
export type LegLife = {
  readonly legId: string;
  /** Its names in lists of channels. */
  readonly names: ReadonlySet<string>;
  readonly first: Heard;
  readonly last: Heard;
  /** The last event that names the leg's boot, else its last: whose leg it is. */
  readonly told: Event;
};

/** What a call's events show of its life. */
export type CallLife = {
  /** Legs of which no end is known. */
  readonly openLegs: readonly LegLife[];
  /** When anything was last heard of the call; null where no event of a switch is among its events. */
  readonly last: Heard | null;
  readonly lastTold: Event;
  /** The whole call was ended, by the switch or by an inference that stands. */
  readonly over: boolean;
};

/** Reads a call's life from all its events, those of calls that were joined with it included; null without any. */
export const callLifeOf = (events: readonly Event[]): CallLife | null => {
  const inOrder = [...events].sort((a, b) => a.occurred_at - b.occurred_at || byText(a.event_id, b.event_id));
  const signs = inOrder.filter(({ type }) => isSignOfLife(type));
  const inferred = inferencesOf(events);
  const last = signs.length === 0 ? null : lastHeard(signs);
  const legs = Map.groupBy(
    signs.filter(({ leg_id }) => leg_id !== null),
    ({ leg_id }) => leg_id as string,
  );
  const openLegs: LegLife[] = [];
  for (const [legId, ofLeg] of legs) {
    const leg = legOf(legId, ofLeg);
    const isEnded = ofLeg.some(({ type }) => type === 'leg.ended');
    if (!isEnded && (inferred.get(legId) ?? 0) < leg.last.at) openLegs.push(leg);
  }
  const lastTold = signs.at(-1) ?? inOrder.at(-1);
  if (lastTold === undefined) return null;
  return {
    openLegs,
    last,
    lastTold,
    over: isToldOver(events) || (inferred.get('') ?? 0) >= lastTold.occurred_at,
  };
};

/** Whether the switch said that the call is over; of joined calls, that each with a leg is. */
const isToldOver = (events: readonly Event[]): boolean => {
  const over = new Set(events.filter(({ type }) => type === 'call.ended').map(({ call_key }) => call_key));
  return over.size > 0 && events.every(({ type, call_key }) => !type.startsWith('leg.') || over.has(call_key));
};

/** The latest sign of life that inferences name, by leg; under the empty id those of the whole call. */
const inferencesOf = (events: readonly Event[]): ReadonlyMap<string, number> => {
  const latest = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'call.end_inferred') continue;
    const legId = event.leg_id ?? '';
    latest.set(legId, Math.max(latest.get(legId) ?? 0, event.payload.last_sign_of_life_at));
  }
  return latest;
};

/** Given in the order they happened. */
const legOf = (legId: string, events: readonly Event[]): LegLife => ({
  legId,
  names: new Set([legId, ...events.map(({ native }) => native.id)].filter((name) => name !== '')),
  first: {
    at: (events[0] as Event).occurred_at,
    observedAt: Math.min(...events.map(({ observed_at }) => observed_at)),
  },
  last: lastHeard(events),
  told: events.findLast(({ boot_id }) => boot_id !== '') ?? (events.at(-1) as Event),
});

const lastHeard = (events: readonly Event[]): Heard => ({
  at: (events.at(-1) as Event).occurred_at,
  observedAt: Math.max(...events.map(({ observed_at }) => observed_at)),
});
