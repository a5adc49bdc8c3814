import type { CallEndedBy, LegRole } from '../../../schemas/call-row.ts';
import { firstToLeave } from './hangup-cause.ts';
import { isCancelled } from './leg-ends.ts';
import type { Leg } from './legs.ts';
import type { Visit } from './queue-visits.ts';
import type { Talk } from './talks.ts';

export type EndFacts = {
  readonly ended: boolean;
  readonly inferred: boolean;
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly roles: ReadonlyMap<string, LegRole>;
  readonly talks: readonly Talk[];
  readonly visits: readonly Visit[];
};

/** Who hung up: by what the switch says of a leg's far end, else by whose leg ended first. */
export const endedByOf = (facts: EndFacts): CallEndedBy => {
  if (!facts.ended || facts.root === null) return 'unknown';
  if (facts.inferred) return 'switch';
  return facts.talks.length > 0 ? afterTalk(facts) : withoutTalk(facts, facts.root);
};

const afterTalk = (facts: EndFacts): CallEndedBy => {
  const first = firstToLeave(facts);
  const told = toldEnd(facts);
  if (told !== null) return told;
  if (first === null) return 'unknown';
  if (isTransfer(first)) return 'transfer';
  return first.end?.ended_by === 'switch' ? 'switch' : partyOf(first, facts);
};

/** A leg whose far end hung up names the party; so does a queue that watched its agent. */
const toldEnd = (facts: EndFacts): CallEndedBy | null => {
  const last = facts.talks.reduce((latest, talk) => (talk.to >= latest.to ? talk : latest));
  const far = [last.a, last.b].map((id) => facts.legs.get(id)).filter((leg) => leg?.end?.ended_by === 'far');
  if (far.length === 1 && far[0] !== undefined) return partyOf(far[0], facts);
  const visit = facts.visits.findLast(({ row }) => row.outcome === 'answered');
  if (visit === undefined || far.length > 1) return null;
  const { ended_by: by } = visit.row;
  return by === 'agent' || by === 'caller' || by === 'transfer' || by === 'switch' ? by : null;
};

const withoutTalk = ({ legs, roles }: EndFacts, root: Leg): CallEndedBy => {
  if (root.end?.ended_by === 'far' || isCancelled(root.end)) return 'caller';
  if (root.end?.ended_by === 'switch') return 'switch';
  const callees = [...legs.values()].filter((leg) => leg !== root && roles.get(leg.id) !== 'loser');
  if (callees.some((leg) => leg.end?.ended_by === 'far')) return 'callee';
  const { endedAt } = root;
  if (endedAt === null) return 'unknown';
  // Nobody was called: the end of the only leg does not say who wanted it.
  if (callees.length === 0) return 'unknown';
  // Nobody had refused when the caller's leg ended.
  const isFirst = callees.every((leg) => leg.endedAt === null || leg.endedAt >= endedAt);
  return isFirst && root.end?.ended_by !== 'near' ? 'caller' : 'unknown';
};

const partyOf = (leg: Leg, { root, roles }: EndFacts): CallEndedBy => {
  if (leg === root) return 'caller';
  return roles.get(leg.id) === 'agent' ? 'agent' : 'callee';
};

const isTransfer = ({ end }: Leg): boolean =>
  end !== null && (end.cause_native === 'BLIND_TRANSFER' || end.cause_native === 'ATTENDED_TRANSFER');
