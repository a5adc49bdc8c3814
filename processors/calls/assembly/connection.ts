import type { HoldRow } from '../../../schemas/call-row.ts';
import type { Decision } from '../../../schemas/decisions.ts';
import type { AppStay } from './apps.ts';
import type { Stay } from './bridges.ts';
import { isOtherClock, lingerUs } from './clocks.ts';
import type { Leg } from './legs.ts';
import { clip, intersect, type Span, subtract, union } from '../../../runtime/spans.ts';
import { amongOthers, byLeg, partnerIn, type Talk, type TalksByLeg } from './talks.ts';

/** The caller's time with people. */
export type Connection = {
  readonly answered: Decision<'answered_at'>;
  /** With whom, in order: first the root's own conversations, then those that others went on with after it left. */
  readonly talks: readonly Talk[];
  /** Hold included. */
  readonly connect: readonly Span[];
  readonly hold: readonly Span[];
};

export type ConnectionFacts = {
  readonly root: Leg;
  readonly legs: ReadonlyMap<string, Leg>;
  readonly talks: readonly Talk[];
  readonly stays: readonly Stay[];
  readonly apps: readonly AppStay[];
  readonly holds: readonly HoldRow[];
  /** Time spent waiting in queues, which is never hold. */
  readonly waiting: readonly Span[];
  readonly startedAt: number;
  readonly until: number;
};

export const noConnection: Connection = {
  answered: { value: null, rule: 'never_connected', eventId: '' },
  talks: [],
  connect: [],
  hold: [],
};

/** When the root (or, after it left, whoever stayed) was connected with a person or a conference, and on hold in that. */
export const connectionOf = (facts: ConnectionFacts): Connection => {
  const { root, startedAt, until } = facts;
  const own = facts.talks.filter((talk) => partnerIn(talk, root.id) !== null);
  const talks = [...own, ...talksAfter(facts)].flatMap((talk) => within(talk, startedAt, until));
  const [first] = talks;
  if (first === undefined) return noConnection;
  const ownTime = union(own);
  const held = union([
    ...rootHolds(facts),
    ...partnerHolds(facts, byLeg(talks)),
    ...consultations(facts, own, ownTime),
  ]);
  const hold = union(clip(subtract(held, facts.waiting), first.from, until));
  const answered = { value: first.from, rule: first.rule, eventId: first.eventId };
  return { answered, talks, connect: union([...talks, ...hold]), hold };
};

const within = (talk: Talk, from: number, until: number): Talk[] =>
  clip([talk], from, until).map((part) => ({ ...talk, ...part }));

/** What the others said after the root left: a transferrer, or a local channel that was optimised away. */
const talksAfter = ({ root, legs, talks }: ConnectionFacts): Talk[] => {
  const { endedAt } = root;
  if (endedAt === null) return [];
  // By another clock it is not known to be after the root left unless it is so by far.
  const isAfter = (talk: Talk): boolean =>
    talk.to > endedAt + (isOtherClock(talk, root, legs) ? lingerUs(talk, root, legs) : 0);
  return amongOthers(talks, root.id)
    .filter(isAfter)
    .map((talk) => ({ ...talk, from: Math.max(talk.from, endedAt) }));
};

const rootHolds = ({ root, holds, stays, apps, until }: ConnectionFacts): Span[] => {
  const held = holds.filter((hold) => hold.leg_id === root.id);
  const bridged = stays.filter(({ legId, kind }) => legId === root.id && (kind === 'hold' || kind === 'park'));
  const parked = apps.filter(({ legId, app }) => legId === root.id && app === 'park');
  return [...held, ...bridged, ...parked].map(({ from, to }) => ({ from, to: Math.max(from, to ?? until) }));
};

/** A partner's hold counts while it was the partner. */
const partnerHolds = ({ root, holds, until }: ConnectionFacts, talks: TalksByLeg): Span[] => {
  const shared = new Map<string, Span[]>();
  return holds.flatMap(({ leg_id: legId, from, to }) => {
    if (legId === root.id) return [];
    const spans = shared.get(legId) ?? union(talks.get(legId) ?? []);
    shared.set(legId, spans);
    return intersect([{ from, to: Math.max(from, to ?? until) }], spans);
  });
};

/** While somebody the root had talked with consulted another, the root waited. */
const consultations = ({ root, talks }: ConnectionFacts, own: readonly Talk[], ownTime: readonly Span[]): Span[] => {
  const partnerSince = new Map<string, number>();
  for (const talk of own) {
    const partner = partnerIn(talk, root.id) ?? '';
    if (partner !== '' && !partnerSince.has(partner)) partnerSince.set(partner, talk.from);
  }
  const wasPartner = (legId: string, before: number): boolean => (partnerSince.get(legId) ?? before) < before;
  const consulted = talks.filter(
    ({ a, b, from }) => b !== '' && a !== root.id && b !== root.id && (wasPartner(a, from) || wasPartner(b, from)),
  );
  return subtract(union(clip(consulted, 0, root.endedAt ?? Number.MAX_SAFE_INTEGER)), ownTime);
};
