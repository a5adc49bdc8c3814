import type { CallDirection, LegRole } from '../../../schemas/call-row.ts';
import { e164Of } from './e164.ts';
import type { Leg } from './legs.ts';

/**
 * The call's direction as the tenant sees it: from where the root leg came, and whether a leg that was not just a
 * loser went out. An inbound call that is forwarded out stays inbound.
 */
export const directionOf = (
  root: Leg | null,
  legs: ReadonlyMap<string, Leg>,
  roles: ReadonlyMap<string, LegRole>,
): CallDirection => {
  if (root === null) return 'unknown';
  const isTrunk = root.facts.endpoint_kind === 'trunk';
  if (isTrunk) return root.facts.direction === 'out' ? 'outbound' : 'inbound';
  const others = [...legs.values()].filter((leg) => leg !== root && roles.get(leg.id) !== 'loser');
  if (others.some((leg) => leg.facts.endpoint_kind === 'trunk')) return 'outbound';
  if (root.facts.endpoint_kind === 'unknown') return 'unknown';
  return others.length === 0 && e164Of(root.facts.dialled) !== '' ? 'outbound' : 'internal';
};
