import type { Facets } from './facets.ts';
import type { Leg, LegEnd } from './legs.ts';
import { instantOrNull } from './sane.ts';

export type Closing = {
  /** When the whole call was said to be over, by the switch or by the closing rules; null where nobody said so. */
  readonly at: number | null;
  /** Some leg's end is the closing rules' inference, not a fact. */
  readonly inferred: boolean;
};

/**
 * Ends the legs whose own end never came: at `call.ended` where the switch said so, else at the last sign of life that
 * the closing rules found. A real end always holds against both.
 */
export const closeLegs = (legs: ReadonlyMap<string, Leg>, { closings }: Facets): Closing => {
  const told = closings.find((event) => event.type === 'call.ended');
  if (told !== undefined) {
    endOpenLegs(legs, told.occurred_at, null);
    return { at: told.occurred_at, inferred: false };
  }
  let at: number | null = null;
  for (const event of closings) {
    const sign = event.type === 'call.end_inferred' ? instantOrNull(event.payload.last_sign_of_life_at) : null;
    if (sign !== null) at = Math.max(at ?? sign, sign);
  }
  return { at, inferred: at !== null && endOpenLegs(legs, at, goneWithoutWord) };
};

/** Temporary failure: the switch, not a party, ended it. */
const goneWithoutWord: LegEnd = { cause_q850: 41, sip_code: null, cause_native: '', ended_by: 'switch' };

/** Whether a leg that spoke for itself was among them. */
const endOpenLegs = (legs: ReadonlyMap<string, Leg>, at: number, end: LegEnd | null): boolean => {
  let any = false;
  for (const leg of legs.values()) {
    if (leg.endedAt !== null) continue;
    leg.endedAt = Math.max(at, leg.answeredAt ?? leg.createdAt ?? at);
    leg.end = end;
    any ||= leg.own;
  }
  return any;
};
