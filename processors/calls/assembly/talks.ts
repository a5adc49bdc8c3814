import type { RuleOf } from '../../../schemas/decisions.ts';
import type { AppStay } from './apps.ts';
import type { Bridges, Pair, Stay } from './bridges.ts';
import type { Leg } from './legs.ts';

/** Conversation: of two legs with each other, or of one (`b` empty) with a conference. */
export type Talk = {
  readonly a: string;
  readonly b: string;
  readonly from: number;
  readonly to: number;
  /** What began it: the rule, and the event that made it hold. */
  readonly rule: RuleOf<'answered_at'>;
  readonly eventId: string;
};

/** Every conversation in the call, in the order it began; what still goes on is counted up to `horizon`. */
export const findTalks = (
  bridges: Bridges,
  apps: readonly AppStay[],
  legs: ReadonlyMap<string, Leg>,
  horizon: number,
): Talk[] => {
  const talks: Talk[] = [];
  for (const pair of bridges.pairs) addTalk(talks, pair, legs, horizon);
  for (const stay of bridges.stays) if (stay.kind === 'conference') talks.push(inConference(stay, horizon));
  // Where the switch tells the bridge of a room, that is the better witness: waiting for a moderator is no talk.
  const bridged = new Set(bridges.stays.map(({ legId }) => legId));
  for (const stay of apps) {
    const isRoom = stay.app === 'conference' || stay.app === 'meeting';
    if (isRoom && !bridged.has(stay.legId)) talks.push(inConference(stay, horizon));
  }
  const spies = new Set(apps.filter(({ app }) => app === 'spy').map(({ legId }) => legId));
  const heard = spies.size === 0 ? talks : talks.filter(({ a, b }) => !spies.has(a) && !spies.has(b));
  return heard.sort((one, other) => one.from - other.from);
};

const inConference = ({ legId, from, to, eventId }: Stay | AppStay, horizon: number): Talk => ({
  a: legId,
  b: '',
  from,
  to: to ?? Math.max(from, horizon),
  rule: 'entered_conference',
  eventId,
});

const addTalk = (talks: Talk[], pair: Pair, legs: ReadonlyMap<string, Leg>, horizon: number): void => {
  const { a, b } = pair;
  const [one, other] = [legs.get(a), legs.get(b)];
  const [oneFrom, otherFrom] = [hearsFrom(one, pair.from), hearsFrom(other, pair.from)];
  const from = Math.max(oneFrom, otherFrom);
  const to = pair.to ?? Math.max(pair.from, horizon);
  if (from > to) return;
  if (from === pair.from) talks.push({ a, b, from, to, rule: 'bridged', eventId: pair.eventId });
  else {
    const answerer = oneFrom > otherFrom ? one : other;
    talks.push({ a, b, from, to, rule: 'answered_in_bridge', eventId: answerer?.answeredBy ?? '' });
  }
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

/** More legs of one call than this in a room are told leg by leg only. */
const maxLegsInRoom = 8;

/** Conversations without the leg: of pairs, and of legs that are in a conference at the same time. */
export const amongOthers = (talks: readonly Talk[], legId: string): Talk[] => {
  const others = talks.filter((talk) => partnerIn(talk, legId) === null);
  const inRooms = others.filter(({ b }) => b === '');
  const apart = inRooms.length === others.length ? [] : others.filter(({ b }) => b !== '');
  if (inRooms.length < 2 || inRooms.length > maxLegsInRoom) return apart;
  const together = inRooms.flatMap((talk, at) =>
    inRooms.slice(0, at).flatMap((earlier) => {
      const to = Math.min(talk.to, earlier.to);
      return earlier.a !== talk.a && talk.from <= to ? [{ ...talk, to }] : [];
    }),
  );
  return [...apart, ...together].sort((one, other) => one.from - other.from);
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
