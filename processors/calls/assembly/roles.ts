import type { LegRole } from '../../../schemas/call-row.ts';
import type { EventOf } from '../../../schemas/events.ts';
import { isLostRace } from './leg-ends.ts';
import type { Leg } from './legs.ts';
import type { Visit } from './queue-visits.ts';
import { partnerIn, type Talk } from './talks.ts';

export type RoleFacts = {
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  /** The caller's conversations, and all in the call. */
  readonly taken: readonly Talk[];
  readonly talks: readonly Talk[];
  readonly visits: readonly Visit[];
  readonly transfers: readonly EventOf<'leg.transferred'>[];
};

/** The part each leg played in the call. */
export const rolesOf = ({ root, legs, taken, talks, visits, transfers }: RoleFacts): Map<string, LegRole> => {
  const agents = agentLegs(visits);
  const winners = winnersOf(root, legs, taken);
  const roles = new Map<string, LegRole>();
  for (const leg of legs.values()) {
    if (leg === root) roles.set(leg.id, 'caller');
    else if (isLoser(leg, winners)) roles.set(leg.id, 'loser');
    else if (agents.has(leg.id)) roles.set(leg.id, 'agent');
    else roles.set(leg.id, isConsult(leg, talks, transfers) ? 'consult' : 'callee');
  }
  return roles;
};

const agentLegs = (visits: readonly Visit[]): Set<string> =>
  new Set(visits.map(({ row }) => row.agent_leg_id).filter((legId) => legId !== ''));

type Winner = { readonly legId: string; readonly at: number };

/** Legs that talked with the root, with the instant at which they were taken. */
const winnersOf = (root: Leg | null, legs: ReadonlyMap<string, Leg>, talks: readonly Talk[]): Winner[] => {
  if (root === null) return [];
  const winners: Winner[] = [];
  const seen = new Set<string>();
  for (const talk of talks) {
    const partner = partnerIn(talk, root.id);
    if (partner === null || partner === '' || seen.has(partner)) continue;
    seen.add(partner);
    winners.push({ legId: partner, at: legs.get(partner)?.answeredAt ?? talk.from });
  }
  return winners;
};

/** A leg that rang at the instant another was taken, and never answered itself. */
const isLoser = (leg: Leg, winners: readonly Winner[]): boolean => {
  if (leg.answeredAt !== null || !leg.own || leg.facts.direction === 'in') return false;
  if (winners.some((winner) => winner.legId === leg.id)) return false;
  if (isLostRace(leg.end)) return true;
  return winners.some(
    ({ at }) => (leg.createdAt ?? Number.MAX_SAFE_INTEGER) <= at && (leg.endedAt ?? Number.MAX_SAFE_INTEGER) >= at,
  );
};

/** The transferrer's own second leg, with which the target was consulted before an attended transfer. */
const isConsult = (leg: Leg, talks: readonly Talk[], transfers: readonly EventOf<'leg.transferred'>[]): boolean =>
  leg.facts.direction === 'in' &&
  transfers.some(
    ({ occurred_at, payload }) =>
      payload.kind === 'attended' &&
      payload.by_leg_id !== leg.id &&
      payload.to_leg_id !== null &&
      payload.to_leg_id !== leg.id &&
      talks.some((talk) => talk.from < occurred_at && partnerIn(talk, leg.id) === payload.to_leg_id),
  );
