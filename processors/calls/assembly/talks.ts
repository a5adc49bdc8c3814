import type { AppStay } from './apps.ts';
import type { Bridges, Pair } from './bridges.ts';
import type { Leg } from './legs.ts';

/** Conversation: of two legs with each other, or of one (`b` empty) with a conference. */
export type Talk = { readonly a: string; readonly b: string; readonly from: number; readonly to: number };

/** Every conversation in the call, in the order it began; what still goes on is counted up to `horizon`. */
export const findTalks = (
  bridges: Bridges,
  apps: readonly AppStay[],
  legs: ReadonlyMap<string, Leg>,
  horizon: number,
): Talk[] => {
  const talks: Talk[] = [];
  for (const pair of bridges.pairs) addTalk(talks, pair, legs, horizon);
  for (const { legId, kind, from, to } of bridges.stays) {
    if (kind === 'conference') talks.push({ a: legId, b: '', from, to: to ?? Math.max(from, horizon) });
  }
  // Where the switch tells the bridge of a room, that is the better witness: waiting for a moderator is no talk.
  const bridged = new Set(bridges.stays.map(({ legId }) => legId));
  for (const { legId, app, from, to } of apps) {
    if ((app === 'conference' || app === 'meeting') && !bridged.has(legId)) {
      talks.push({ a: legId, b: '', from, to: to ?? Math.max(from, horizon) });
    }
  }
  return talks.sort((one, other) => one.from - other.from);
};

const addTalk = (talks: Talk[], pair: Pair, legs: ReadonlyMap<string, Leg>, horizon: number): void => {
  const { a, b } = pair;
  const from = Math.max(hearsFrom(legs.get(a), pair.from), hearsFrom(legs.get(b), pair.from));
  const to = pair.to ?? Math.max(pair.from, horizon);
  if (from <= to) talks.push({ a, b, from, to });
};

/**
 * From when a leg in a bridge is somebody who talks: a leg we called is bridged for its ringing tone already, and talks
 * only once it answered. A leg that never spoke for itself gets the benefit of the doubt.
 */
const hearsFrom = (leg: Leg | undefined, bridgedAt: number): number => {
  if (leg === undefined || !leg.own) return bridgedAt;
  if (leg.facts.endpoint_kind === 'app') return Number.POSITIVE_INFINITY;
  if (leg.answeredAt !== null) return Math.max(bridgedAt, leg.answeredAt);
  return leg.facts.direction === 'in' ? bridgedAt : Number.POSITIVE_INFINITY;
};

/** The other leg of a conversation that the leg took part in: empty for a conference, null where it did not. */
export const partnerIn = (talk: Talk, legId: string): string | null => {
  if (talk.a === legId) return talk.b;
  return talk.b === legId ? talk.a : null;
};

export type TalksByLeg = ReadonlyMap<string, readonly Talk[]>;

/** The conversations of each leg, in the order they began. */
export const byLeg = (talks: readonly Talk[]): TalksByLeg => {
  const found = new Map<string, Talk[]>();
  for (const talk of talks) {
    for (const legId of talk.b === '' ? [talk.a] : [talk.a, talk.b]) {
      const known = found.get(legId);
      if (known === undefined) found.set(legId, [talk]);
      else known.push(talk);
    }
  }
  return found;
};

/** Of conversations in the order they began those that began within the limits, both included. */
export const begunWithin = (talks: readonly Talk[] | undefined, since: number, until: number): Talk[] => {
  if (talks === undefined) return [];
  let [low, high] = [0, talks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((talks[middle] as Talk).from < since) low = middle + 1;
    else high = middle;
  }
  const found: Talk[] = [];
  for (let at = low; at < talks.length && (talks[at] as Talk).from <= until; at += 1) found.push(talks[at] as Talk);
  return found;
};
