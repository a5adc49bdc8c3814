import type { CallRow, LegRole } from '../../../schemas/call-row.ts';
import type { AnsweredBy } from './answered-by.ts';
import { e164Of } from './e164.ts';
import type { Leg } from './legs.ts';
import { partyNumber, readable } from './party-number.ts';
import { byText } from './text-order.ts';
import { isAsked } from './roles.ts';

export type Parties = Pick<
  CallRow,
  | 'caller_number'
  | 'caller_e164'
  | 'caller_name'
  | 'caller_presentation'
  | 'callee_number'
  | 'callee_e164'
  | 'dialled_number'
>;

export type PartyFacts = {
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly answeredBy: AnsweredBy;
};

/** Who called, whom they dialled, and who answered or was rung. */
export const partiesOf = (facts: PartyFacts): Parties => {
  const { root } = facts;
  const callees = calleesInOrder(facts);
  const callee = facts.legs.get(facts.answeredBy.answered_by_leg_id) ?? callees[0];
  const isOriginated = root?.facts.direction === 'out';
  const dialled = dialledOf(root, callees[0]);
  const caller = (isOriginated ? root?.facts.dialled : root?.facts.caller_number) ?? '';
  const calleeNumber = (callee === undefined ? '' : partyNumber(callee)) || (isFeatureCode(dialled) ? '' : dialled);
  return {
    caller_number: caller,
    caller_e164: e164Of(caller),
    caller_name: isOriginated ? '' : (root?.facts.caller_name ?? ''),
    caller_presentation: presentationOf(root, isOriginated),
    callee_number: calleeNumber,
    callee_e164: e164Of(calleeNumber),
    dialled_number: dialled,
  };
};

const presentationOf = (root: Leg | null, isOriginated: boolean): CallRow['caller_presentation'] => {
  if (root === null) return 'unavailable';
  return isOriginated ? 'allowed' : root.facts.caller_presentation;
};

/**
 * A switch that calls its own user first acts for that user: what the user dialled is on the second leg. So it is where
 * the first was sent to the start of a dialplan without a number.
 */
const dialledOf = (root: Leg | null, callee: Leg | undefined): string => {
  const own = readable(root?.facts.dialled ?? '');
  const isTold = root?.facts.direction !== 'out' && own !== 's';
  return isTold ? own : readable(callee?.facts.dialled ?? '') || (root?.facts.direction === 'out' ? '' : own);
};

const isFeatureCode = (dialled: string): boolean => dialled.startsWith('*');

const calleesInOrder = ({ root, legs, roles }: PartyFacts): Leg[] => {
  const at = (leg: Leg): number => leg.createdAt ?? leg.answeredAt ?? Number.MAX_SAFE_INTEGER;
  const callees = [...legs.values()].filter(
    (leg) => leg !== root && isAsked(roles.get(leg.id)) && roles.get(leg.id) !== 'consult',
  );
  return callees.sort((a, b) => at(a) - at(b) || byText(a.id, b.id));
};
