import type { LegRole } from '../../../schemas/call-row.ts';
import type { RuleOf } from '../../../schemas/decisions.ts';
import { q850Of } from '../../../schemas/q850.ts';
import { isWithdrawn } from './leg-ends.ts';
import type { Leg, LegEnd } from './legs.ts';
import { unsignedOrNull } from './sane.ts';
import type { Talk } from './talks.ts';
import { isAsked } from './roles.ts';

export type HangupCause = {
  readonly hangup_cause: string;
  readonly cause_q850: number | null;
  readonly sip_code: number | null;
};

/** The causes as columns hold them; the number from the SIP code where there is one. */
export const causeColumns = (end: LegEnd | null): HangupCause => ({
  hangup_cause: end?.cause_native ?? '',
  cause_q850: end === null ? null : q850Of(end.sip_code, end.cause_q850),
  sip_code: unsignedOrNull(end?.sip_code ?? null, 16),
});

export type CauseFacts = {
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly talks: readonly Talk[];
  readonly answered: boolean;
};

/** Which end tells why the call ended: that of one of its legs, never of a leg that only lost a race. */
export const decisiveEnd = (facts: CauseFacts): DecisiveEnd => {
  const leg = facts.answered ? firstToLeave(facts) : bestCallee(facts);
  const end = (leg ?? facts.root)?.end ?? null;
  if (end === null) return { end, rule: 'no_end' };
  if (leg === null) return { end, rule: 'root_leg' };
  return { end, rule: facts.answered ? 'leg_left_first' : 'best_callee_leg' };
};

export type DecisiveEnd = { readonly end: LegEnd | null; readonly rule: RuleOf<'hangup_cause'> };

/** The last conversation of the call: the one that went on longest. */
const lastTalk = (talks: readonly Talk[]): Talk | undefined => {
  let last: Talk | undefined;
  for (const talk of talks) if (last === undefined || talk.to >= last.to) last = talk;
  return last;
};

/** Of the legs in the last conversation the one that ended first; the root where both ended at once. */
export const firstToLeave = ({ root, legs, talks }: Pick<CauseFacts, 'root' | 'legs' | 'talks'>): Leg | null => {
  const talk = lastTalk(talks);
  if (talk === undefined) return null;
  const [one, other] = [legs.get(talk.a), legs.get(talk.b)];
  if (one === undefined || other === undefined) return one ?? other ?? null;
  const difference = (one.endedAt ?? Number.MAX_SAFE_INTEGER) - (other.endedAt ?? Number.MAX_SAFE_INTEGER);
  if (difference === 0) return other === root ? other : one;
  return difference < 0 ? one : other;
};

const order = [17, 21, 19, 18, 102, 20];

const bestCallee = ({ root, legs, roles }: CauseFacts): Leg | null => {
  let best: Leg | null = null;
  for (const leg of legs.values()) {
    if (leg === root || leg.end === null || !isAsked(roles.get(leg.id))) continue;
    if (best === null || weight(leg) < weight(best) || (weight(leg) === weight(best) && isLater(leg, best))) best = leg;
  }
  return best;
};

/** Of several that failed alike the last is why nobody else was tried. */
const isLater = (leg: Leg, than: Leg): boolean => (leg.endedAt ?? 0) > (than.endedAt ?? 0);

/** Sent on to another number, which will tell more. */
const redirected = 23;

const weight = ({ end }: Leg): number => {
  if (isWithdrawn(end) || end?.cause_q850 === redirected) return order.length + 1;
  const at = order.indexOf(end === null ? 0 : (q850Of(end.sip_code, end.cause_q850) ?? 0));
  return at === -1 ? order.length : at;
};
