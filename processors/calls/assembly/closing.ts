import type { Decision } from '../../../schemas/decisions.ts';
import type { Event, EventOf } from '../../../schemas/events.ts';
import { isSignOfLife } from '../../switch-signs.ts';
import type { Facets } from './facets.ts';
import { endAt, type Leg, type LegEnd } from './legs.ts';
import { instantOrNull } from './sane.ts';

export type Closing = {
  /** When the whole call was said to be over, by the switch or by the closing rules; null where nobody said so. */
  readonly end: Decision<'ended_at'>;
  /** Legs whose end is the closing rules' inference, not a fact. */
  readonly inferredLegs: ReadonlySet<Leg>;
};

export const goesOn: Decision<'ended_at'> = { value: null, rule: 'call_goes_on', eventId: '' };

/**
 * Ends the legs whose own end never came: at `call.ended` where the switch said so, else at the last sign of life that
 * the closing rules found, of the leg or of the whole call. A real end always holds against both, and so does any later
 * sign of life: then the leg, or the call, goes on.
 */
export const closeLegs = (legs: ReadonlyMap<string, Leg>, facets: Facets, events: readonly Event[]): Closing => {
  const { closings } = facets;
  const told = toldEnd(facets);
  if (told !== null) {
    endOpenLegs(legs.values(), told.occurred_at, told.event_id, null);
    const end = { value: told.occurred_at, rule: 'switch_ended_call', eventId: told.event_id } as const;
    return { end, inferredLegs: new Set() };
  }
  const standing = standingInferences(closings, events);
  const inferredLegs = new Set<Leg>();
  for (const [legId, { at, eventId }] of standing) {
    const leg = legs.get(legId);
    const closed = legId === wholeCall ? [...legs.values()] : leg === undefined ? [] : [leg];
    for (const one of endOpenLegs(closed, at, eventId, goneWithoutWord(eventId))) inferredLegs.add(one);
  }
  const whole = standing.get(wholeCall);
  if (whole === undefined) return { end: goesOn, inferredLegs };
  return { end: { value: whole.at, rule: 'last_sign_of_life', eventId: whole.eventId }, inferredLegs };
};

/** Whether some end is an inference: the call's, or that of a leg that spoke for itself. */
export const isInferred = ({ end, inferredLegs }: Closing): boolean =>
  end.rule === 'last_sign_of_life' || [...inferredLegs].some((leg) => leg.own);

type Inference = EventOf<'call.end_inferred'>;
type Sign = { readonly at: number; readonly eventId: string };

/** Stands for a leg's id where an inference is about the call. */
const wholeCall = '';

/** The latest inference of each leg, and last that of the whole call, where no later sign of life contradicts it. */
const standingInferences = (closings: Facets['closings'], events: readonly Event[]): ReadonlyMap<string, Sign> => {
  const latest = new Map<string, Sign>();
  const inferences = closings.filter((event): event is Inference => event.type === 'call.end_inferred');
  for (const { event_id: eventId, leg_id: legId, payload } of inferences) {
    const at = instantOrNull(payload.last_sign_of_life_at);
    const known = latest.get(legId ?? wholeCall);
    if (at !== null && (known === undefined || at > known.at)) latest.set(legId ?? wholeCall, { at, eventId });
  }
  if (latest.size === 0) return latest;
  const lastSigns = lastSignsOf(events);
  const standing = [...latest].filter(([legId, { at }]) => at >= (lastSigns.get(legId) ?? 0));
  return new Map(standing.sort(([a], [b]) => Number(a === wholeCall) - Number(b === wholeCall)));
};

/** When each leg, and the call, was last heard. */
const lastSignsOf = (events: readonly Event[]): ReadonlyMap<string, number> => {
  const last = new Map<string, number>();
  for (const { type, leg_id: legId, occurred_at: at } of events) {
    if (!isSignOfLife(type)) continue;
    for (const id of legId === null ? [wholeCall] : [wholeCall, legId]) last.set(id, Math.max(last.get(id) ?? 0, at));
  }
  return last;
};

/** The switch's word that the call is over; of joined calls the last, once all are, for others go on in one of them. */
const toldEnd = ({ closings, legs }: Facets): EventOf<'call.ended'> | null => {
  const ends = closings.filter((event) => event.type === 'call.ended');
  const [first] = ends;
  if (first === undefined) return null;
  const over = new Set(ends.map(({ call_key }) => call_key));
  if (legs.some(({ call_key }) => !over.has(call_key))) return null;
  return over.size === 1 ? first : (ends.at(-1) ?? null);
};

/** Temporary failure: the switch, not a party, ended it. */
const goneWithoutWord = (eventId: string): LegEnd => ({
  cause_q850: 41,
  sip_code: null,
  cause_native: '',
  ended_by: 'switch',
  causeEventId: eventId,
  endedByEventId: eventId,
});

/** Gives those that it ended. */
const endOpenLegs = (legs: Iterable<Leg>, at: number, eventId: string, end: LegEnd | null): Leg[] => {
  const ended: Leg[] = [];
  for (const leg of legs) {
    if (leg.endedAt !== null) continue;
    endAt(leg, Math.max(at, leg.answeredAt ?? leg.createdAt ?? at), eventId);
    leg.end = end;
    ended.push(leg);
  }
  return ended;
};
