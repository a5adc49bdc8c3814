import type { LegRole, TransferRow } from '../../../schemas/call-row.ts';
import type { AppStay } from './apps.ts';
import { isLostRace } from './leg-ends.ts';
import type { Leg } from './legs.ts';
import type { Visit } from './queue-visits.ts';
import { partnerIn, type Talk } from './talks.ts';

export type RoleFacts = {
  readonly root: Leg | null;
  readonly legs: ReadonlyMap<string, Leg>;
  /** The caller's conversations. */
  readonly taken: readonly Talk[];
  readonly apps: readonly AppStay[];
  readonly visits: readonly Visit[];
  readonly transfers: readonly TransferRow[];
};

/** Whether a leg with that role was for somebody who could take the call: not one that lost a race, and no listener. */
export const isAsked = (role: LegRole | undefined): boolean => role !== 'loser' && role !== 'spy';

/** The part each leg played in the call. */
export const rolesOf = ({ root, legs, taken, apps, visits, transfers }: RoleFacts): Map<string, LegRole> => {
  const agents = agentLegs(visits);
  const winners = winnersOf(root, legs, taken);
  const consulting = new Set(transfers.map((row) => (row.consult_leg_id === row.by_leg_id ? '' : row.consult_leg_id)));
  const spies = new Set(apps.filter(({ app }) => app === 'spy').map(({ legId }) => legId));
  const roles = new Map<string, LegRole>();
  for (const leg of legs.values()) {
    if (spies.has(leg.id)) roles.set(leg.id, 'spy');
    else if (leg === root) roles.set(leg.id, 'caller');
    else if (isLoser(leg, winners)) roles.set(leg.id, 'loser');
    else if (agents.has(leg.id)) roles.set(leg.id, 'agent');
    else roles.set(leg.id, leg.facts.direction === 'in' && consulting.has(leg.id) ? 'consult' : 'callee');
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
