import type { LegRole } from '../../../schemas/call-row.ts';
import type { Decision } from '../../../schemas/decisions.ts';
import { e164Of } from './e164.ts';
import type { Leg } from './legs.ts';
import { isAsked } from './roles.ts';

/**
 * The call's direction as the tenant sees it: from where the root leg came, and whether a leg that was not just a
 * loser went out. An inbound call that is forwarded out stays inbound.
 */
export const directionOf = (
  root: Leg | null,
  legs: ReadonlyMap<string, Leg>,
  roles: ReadonlyMap<string, LegRole>,
): Decision<'direction'> => {
  if (root === null) return { value: 'unknown', rule: 'no_leg', eventId: '' };
  const { facts, kindToldBy: eventId } = root;
  if (facts.endpoint_kind === 'trunk') {
    return facts.direction === 'out'
      ? { value: 'outbound', rule: 'root_called_on_trunk', eventId }
      : { value: 'inbound', rule: 'root_from_trunk', eventId };
  }
  const others = [...legs.values()].filter((leg) => leg !== root && isAsked(roles.get(leg.id)));
  const out = others.find((leg) => leg.facts.endpoint_kind === 'trunk');
  if (out !== undefined) return { value: 'outbound', rule: 'callee_on_trunk', eventId: out.kindToldBy };
  if (facts.endpoint_kind === 'unknown') return { value: 'unknown', rule: 'root_unknown', eventId };
  return others.length === 0 && e164Of(facts.dialled) !== ''
    ? { value: 'outbound', rule: 'dialled_outside', eventId }
    : { value: 'internal', rule: 'own_legs', eventId };
};
