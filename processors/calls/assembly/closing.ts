import type { Decision } from '../../../schemas/decisions.ts';
import type { EventOf } from '../../../schemas/events.ts';
import type { Facets } from './facets.ts';
import { endAt, type Leg, type LegEnd } from './legs.ts';
import { instantOrNull } from './sane.ts';

export type Closing = {
  /** When the whole call was said to be over, by the switch or by the closing rules; null where nobody said so. */
  readonly end: Decision<'ended_at'>;
  /** Some leg's end is the closing rules' inference, not a fact. */
  readonly inferred: boolean;
};

export const goesOn: Decision<'ended_at'> = { value: null, rule: 'call_goes_on', eventId: '' };

/**
 * Ends the legs whose own end never came: at `call.ended` where the switch said so, else at the last sign of life that
 * the closing rules found. A real end always holds against both.
 */
export const closeLegs = (legs: ReadonlyMap<string, Leg>, facets: Facets): Closing => {
  const { closings } = facets;
  const told = toldEnd(facets);
  if (told !== null) {
    endOpenLegs(legs, told.occurred_at, told.event_id, null);
    const end = { value: told.occurred_at, rule: 'switch_ended_call', eventId: told.event_id } as const;
    return { end, inferred: false };
  }
  const last = lastSignOfLife(closings);
  if (last === null) return { end: goesOn, inferred: false };
  const { at, eventId } = last;
  const inferred = endOpenLegs(legs, at, eventId, goneWithoutWord(eventId));
  return { end: { value: at, rule: 'last_sign_of_life', eventId }, inferred };
};

type Sign = { readonly at: number; readonly eventId: string };

const lastSignOfLife = (closings: Facets['closings']): Sign | null => {
  let last: Sign | null = null;
  for (const event of closings) {
    const sign = event.type === 'call.end_inferred' ? instantOrNull(event.payload.last_sign_of_life_at) : null;
    if (sign !== null && (last === null || sign > last.at)) last = { at: sign, eventId: event.event_id };
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

/** Whether a leg that spoke for itself was among them. */
const endOpenLegs = (legs: ReadonlyMap<string, Leg>, at: number, eventId: string, end: LegEnd | null): boolean => {
  let any = false;
  for (const leg of legs.values()) {
    if (leg.endedAt !== null) continue;
    endAt(leg, Math.max(at, leg.answeredAt ?? leg.createdAt ?? at), eventId);
    leg.end = end;
    any ||= leg.own;
  }
  return any;
};
