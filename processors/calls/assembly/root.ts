import type { Leg } from './legs.ts';
import { isToldByQueuesOnly } from './queue-told.ts';

/**
 * The leg the call began with: the one that gave the call its key; else the first that came into the switch; else,
 * where the switch called first, the first it called.
 */
export const findRoot = (legs: ReadonlyMap<string, Leg>, callKey: string): Leg | null => {
  const named = legs.get(callKey);
  if (named !== undefined && (named.own || isToldByQueuesOnly(legs))) return named;
  let best: Leg | null = null;
  for (const leg of legs.values()) if (best === null || comesBefore(leg, best)) best = leg;
  return best;
};

const comesBefore = (leg: Leg, other: Leg): boolean => {
  if (leg.own !== other.own) return leg.own;
  const isIn = leg.facts.direction === 'in';
  if (isIn !== (other.facts.direction === 'in')) return isIn;
  const [at, otherAt] = [bornAt(leg), bornAt(other)];
  return at === otherAt ? leg.id < other.id : at < otherAt;
};

const bornAt = (leg: Leg): number => leg.createdAt ?? leg.answeredAt ?? Number.MAX_SAFE_INTEGER;
