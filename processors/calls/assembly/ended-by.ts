import type { CallEndedBy, LegRole } from '../../../schemas/call-row.ts';
import type { Decision } from '../../../schemas/decisions.ts';
import { firstToLeave } from './hangup-cause.ts';
import { isCancelled } from './leg-ends.ts';
import type { Leg } from './legs.ts';
import type { Visit } from './queue-visits.ts';
import type { Talk } from './talks.ts';
import { isAsked } from './roles.ts';

export type EndFacts = {
  readonly end: Decision<'ended_at'>;
  /** Whether the end of the call is an inference of the closing rules. */
  readonly inferred: boolean;
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly talks: readonly Talk[];
  readonly visits: readonly Visit[];
};

type Decided = Decision<'ended_by'>;

/** Who hung up: by what the switch says of a leg's far end, else by whose leg ended first. */
export const endedByOf = (facts: EndFacts): Decided => {
  const { end, root, inferred, talks } = facts;
  if (end.value === null) return { value: 'unknown', rule: 'call_goes_on', eventId: '' };
  if (root === null) return { value: 'unknown', rule: 'no_leg', eventId: end.eventId };
  if (inferred) return { value: 'switch', rule: 'end_inferred', eventId: end.eventId };
  return talks.length > 0 ? afterTalk(facts, root) : withoutTalk(facts, root);
};

const afterTalk = (facts: EndFacts, root: Leg): Decided => {
  const told = toldEnd(facts);
  if (told !== null) return told;
  const first = firstToLeave(facts) ?? root;
  if (isTransfer(first)) {
    return { value: 'transfer', rule: 'leg_transferred', eventId: first.end?.causeEventId ?? '' };
  }
  return first.end?.ended_by === 'switch'
    ? { value: 'switch', rule: 'switch_ended_leg', eventId: first.end.endedByEventId }
    : { value: partyOf(first, facts), rule: 'leg_left_first', eventId: first.endedBy };
};

/** A leg whose far end hung up names the party; so does a queue that watched its agent. */
const toldEnd = (facts: EndFacts): Decided | null => {
  const last = facts.talks.reduce((latest, talk) => (talk.to >= latest.to ? talk : latest));
  const far = [last.a, last.b].map((id) => facts.legs.get(id)).filter((leg) => leg?.end?.ended_by === 'far');
  const [leg] = far;
  if (far.length === 1 && leg !== undefined) {
    return { value: partyOf(leg, facts), rule: 'far_end_hung_up', eventId: farEndEvent(leg) };
  }
  const visit = facts.visits.findLast(({ row }) => row.outcome === 'answered');
  if (visit === undefined || far.length > 1) return null;
  const { ended_by: by } = visit.row;
  const isTold = by === 'agent' || by === 'caller' || by === 'transfer' || by === 'switch';
  return isTold ? { value: by, rule: 'queue_told', eventId: visit.endedByEventId } : null;
};

const farEndEvent = ({ end }: Leg): string => end?.endedByEventId ?? '';

const withoutTalk = ({ legs, roles, visits }: EndFacts, root: Leg): Decided => {
  const { endedAt, endedBy: eventId } = root;
  if (root.end?.ended_by === 'far') {
    return { value: 'caller', rule: 'root_far_end_hung_up', eventId: farEndEvent(root) };
  }
  if (isCancelled(root.end)) return { value: 'caller', rule: 'root_cancelled', eventId: root.end?.causeEventId ?? '' };
  if (root.end?.ended_by === 'switch') {
    return { value: 'switch', rule: 'switch_ended_root', eventId: root.end.endedByEventId };
  }
  const visit = visits.at(-1);
  if (visit?.row.outcome === 'abandoned') {
    return { value: 'caller', rule: 'gave_up_in_queue', eventId: visit.leftEventId || eventId };
  }
  const callees = [...legs.values()].filter((leg) => leg !== root && isAsked(roles.get(leg.id)));
  const far = callees.find((leg) => leg.end?.ended_by === 'far');
  if (far !== undefined) return { value: 'callee', rule: 'callee_far_end_hung_up', eventId: farEndEvent(far) };
  // Nobody was called: the end of the only leg does not say who wanted it.
  if (endedAt === null || callees.length === 0) return { value: 'unknown', rule: 'nobody_was_called', eventId };
  // Nobody had refused when the caller's leg ended.
  const isFirst = callees.every((leg) => leg.endedAt === null || leg.endedAt >= endedAt);
  return isFirst && root.end?.ended_by !== 'near'
    ? { value: 'caller', rule: 'root_left_first', eventId }
    : { value: 'unknown', rule: 'callee_left_first', eventId };
};

const partyOf = (leg: Leg, { root, roles }: EndFacts): CallEndedBy => {
  if (leg === root) return 'caller';
  return roles.get(leg.id) === 'agent' ? 'agent' : 'callee';
};

const isTransfer = ({ end }: Leg): boolean =>
  end !== null && (end.cause_native === 'BLIND_TRANSFER' || end.cause_native === 'ATTENDED_TRANSFER');
