import type { EventOf } from '../../../schemas/events.ts';
import type { BridgeKind } from '../../../schemas/vocabulary.ts';
import type { BridgeEvent, Facets } from './facets.ts';
import type { Leg } from './legs.ts';
import { type Span, subtract, union } from '../../../runtime/spans.ts';
import { byText } from './text-order.ts';
import { newToggle, type OpenSpan, switchOff, switchOn, type Toggle } from './toggles.ts';

/** Two legs that hear each other. */
export type Pair = OpenSpan & { readonly a: string; readonly b: string; readonly bridgeId: string };

/** A leg in a bridge without a partner of its own: on hold, parked, in a conference. */
export type Stay = OpenSpan & { readonly legId: string; readonly bridgeId: string; readonly kind: BridgeKind };

export type Bridges = { readonly pairs: readonly Pair[]; readonly stays: readonly Stay[] };

type Member = { readonly legId: string; readonly bridgeId: string; readonly kind: BridgeKind; readonly toggle: Toggle };
type Couple = { readonly a: string; readonly b: string; readonly bridgeId: string; readonly toggle: Toggle };

type Known = {
  readonly members: Map<string, Member>;
  readonly couples: Map<string, Couple>;
  readonly couplesOf: Map<string, Couple[]>;
};

/** More legs than this in one bridge are a conference: who heard whom is not told leg by leg. */
const maxLegsInTalk = 8;

/**
 * Who was connected with whom and when. Switches tell a bridge as a pair of legs or as legs that enter and leave a
 * named bridge. A span ends with the unbridge or with the end of either leg, whichever came first: an unbridge may be
 * told only after the hang-up.
 */
export const foldBridges = (facets: Facets, legs: ReadonlyMap<string, Leg>): Bridges => {
  if (facets.bridges.length === 0) return { pairs: [], stays: [] };
  const known: Known = { members: new Map(), couples: new Map(), couplesOf: new Map() };
  for (const event of facets.bridges) {
    if (event.leg_id === null) continue;
    if (event.type === 'leg.bridged') enter(known, event, event.leg_id);
    else leave(known, event, event.leg_id);
  }
  const pairs = [...known.couples.values()].flatMap((couple) => pairsOf(couple, known, legs));
  const stays: Stay[] = [];
  for (const members of byBridge(known.members).values()) {
    if (isTalk(members)) pairs.push(...overlaps(members.length > 1 ? members : withSilent(members, known, legs), legs));
    else stays.push(...members.flatMap((member) => staysOf(member, legs)));
  }
  return { pairs: pairs.sort(byTime), stays: stays.sort(byTime) };
};

const byTime = (one: Pair | Stay, other: Pair | Stay): number =>
  one.from - other.from || byText(nameOf(one), nameOf(other));

const nameOf = (one: Pair | Stay): string =>
  'a' in one ? `${one.a}\0${one.b}\0${one.bridgeId}` : `${one.legId}\0${one.bridgeId}`;

const enter = (known: Known, event: EventOf<'leg.bridged'>, legId: string): void => {
  const { bridge_id: bridgeId, bridge_kind: kind } = event.payload;
  const other = event.other_leg_id;
  if (kind === 'talk' && other !== null && other !== legId)
    switchOn(coupleOf(known, legId, other, bridgeId).toggle, event.occurred_at, event.event_id);
  else switchOn(memberOf(known, legId, bridgeId, kind).toggle, event.occurred_at, event.event_id);
};

const leave = (known: Known, event: BridgeEvent, legId: string): void => {
  const { bridge_id: bridgeId, bridge_kind: kind } = event.payload;
  const other = event.other_leg_id;
  for (const couple of (kind === 'talk' ? known.couplesOf.get(legId) : undefined) ?? []) {
    const isNamed = couple.a === other || couple.b === other;
    const isBridge = bridgeId === '' || couple.bridgeId === bridgeId || (isNamed && couple.bridgeId === '');
    if ((other === null || isNamed) && isBridge) switchOff(couple.toggle, event.occurred_at);
  }
  const member = known.members.get(`${legId}\0${bridgeId}`);
  if (member !== undefined) switchOff(member.toggle, event.occurred_at);
};

const coupleOf = (known: Known, legId: string, other: string, bridgeId: string): Couple => {
  const [a, b] = legId < other ? [legId, other] : [other, legId];
  const id = `${a}\0${b}\0${bridgeId}`;
  let couple = known.couples.get(id);
  if (couple === undefined) {
    couple = { a, b, bridgeId, toggle: newToggle() };
    known.couples.set(id, couple);
    for (const leg of [a, b]) {
      const couples = known.couplesOf.get(leg);
      if (couples === undefined) known.couplesOf.set(leg, [couple]);
      else couples.push(couple);
    }
  }
  return couple;
};

const memberOf = (known: Known, legId: string, bridgeId: string, kind: BridgeKind): Member => {
  const id = `${legId}\0${bridgeId}`;
  const member = known.members.get(id) ?? { legId, bridgeId, kind, toggle: newToggle() };
  known.members.set(id, member);
  return member;
};

const byBridge = (members: ReadonlyMap<string, Member>): Map<string, Member[]> =>
  Map.groupBy(members.values(), ({ bridgeId, kind }) => `${kind}\0${bridgeId}`);

const isTalk = (members: readonly Member[]): boolean => members[0]?.kind === 'talk' && members.length <= maxLegsInTalk;

/**
 * Old switches tell a bridge on the caller's leg alone: whoever answered and is in no bridge, as far as is told, is in
 * that one.
 */
const withSilent = (members: readonly Member[], known: Known, legs: ReadonlyMap<string, Leg>): Member[] => {
  const named = new Set([...known.couplesOf.keys(), ...[...known.members.values()].map(({ legId }) => legId)]);
  const silent = [...legs.values()].filter((leg) => leg.own && leg.answeredAt !== null && !named.has(leg.id));
  return [...members, ...silent.slice(0, maxLegsInTalk).map((leg) => silentMember(leg, members[0] as Member))];
};

const silentMember = (leg: Leg, { bridgeId, kind }: Member): Member => {
  const toggle = newToggle();
  switchOn(toggle, leg.answeredAt as number, leg.answeredBy);
  return { legId: leg.id, bridgeId, kind, toggle };
};

const pairsOf = (couple: Couple, known: Known, legs: ReadonlyMap<string, Leg>): Pair[] => {
  const { a, b, bridgeId } = couple;
  const others = [...(known.couplesOf.get(a) ?? []), ...(known.couplesOf.get(b) ?? [])].filter((other) =>
    excludes(other, couple),
  );
  const spans = livedSpans(couple, legs);
  const left = others.length === 0 || others.length > maxOthers ? spans : withoutLater(spans, others, legs);
  return left.map(({ from, to, eventId }) => ({ a, b, bridgeId, from, to, eventId }));
};

/** Both legs' life in it. */
const livedSpans = ({ a, b, toggle }: Couple, legs: ReadonlyMap<string, Leg>): OpenSpan[] =>
  untilEnd(untilEnd(toggle.spans, legs.get(a)), legs.get(b));

/** A leg in more bridges than this is in a loop. */
const maxOthers = 200;

/** Bridges of pairs have their names of their legs; a leg is in one of them at a time. */
const excludes = (one: Couple, other: Couple): boolean =>
  one.bridgeId !== other.bridgeId && one.bridgeId !== '' && other.bridgeId !== '';

/** Who is taken into another bridge is back in the first when that ends, though no word of it was said. */
const withoutLater = (
  spans: readonly OpenSpan[],
  others: readonly Couple[],
  legs: ReadonlyMap<string, Leg>,
): OpenSpan[] => {
  const elsewhere = others.flatMap((other) => livedSpans(other, legs)).map(closed);
  return spans.flatMap((span) => {
    const later = elsewhere.filter(({ from }) => from > span.from);
    return subtract([closed(span)], union(later)).map(({ from, to }) => ({
      from,
      to: to === forEver ? null : to,
      eventId: span.eventId,
    }));
  });
};

const forEver = Number.MAX_SAFE_INTEGER;

const closed = ({ from, to }: OpenSpan): Span => ({ from, to: to ?? forEver });

const staysOf = ({ legId, bridgeId, kind, toggle }: Member, legs: ReadonlyMap<string, Leg>): Stay[] =>
  untilEnd(toggle.spans, legs.get(legId)).map(({ from, to, eventId }) => ({
    legId,
    bridgeId,
    kind: kind === 'talk' ? 'conference' : kind,
    from,
    to,
    eventId,
  }));

/** The spans as far as the leg lived. */
const untilEnd = (spans: readonly OpenSpan[], leg: Leg | undefined): OpenSpan[] => {
  const endedAt = leg?.endedAt ?? null;
  if (endedAt === null) return [...spans];
  return spans.flatMap(({ from, to, eventId }) =>
    from > endedAt ? [] : [{ from, to: Math.min(to ?? endedAt, endedAt), eventId }],
  );
};

const overlaps = (members: readonly Member[], legs: ReadonlyMap<string, Leg>): Pair[] => {
  const lived = members.map(({ legId, toggle }) => ({ legId, spans: untilEnd(toggle.spans, legs.get(legId)) }));
  const pairs: Pair[] = [];
  lived.forEach((one, at) => {
    for (const other of lived.slice(at + 1)) {
      const [a, b] = one.legId < other.legId ? [one.legId, other.legId] : [other.legId, one.legId];
      for (const { from, to, eventId } of common(one.spans, other.spans)) {
        pairs.push({ a, b, bridgeId: members[0]?.bridgeId ?? '', from, to, eventId });
      }
    }
  });
  return pairs;
};

/** Time in both; each side in order and without overlaps, as toggles are. */
const common = (some: readonly OpenSpan[], others: readonly OpenSpan[]): OpenSpan[] => {
  const both: OpenSpan[] = [];
  for (let [one, other] = [0, 0]; one < some.length && other < others.length; ) {
    const [a, b] = [some[one] as OpenSpan, others[other] as OpenSpan];
    const { from, eventId } = a.from > b.from ? a : b;
    const to = earlier(a.to, b.to);
    if (to === null || to >= from) both.push({ from, to, eventId });
    if ((a.to ?? Number.MAX_SAFE_INTEGER) <= (b.to ?? Number.MAX_SAFE_INTEGER)) one += 1;
    else other += 1;
  }
  return both;
};

const earlier = (one: number | null, other: number | null): number | null => {
  if (one === null) return other;
  return other === null ? one : Math.min(one, other);
};
