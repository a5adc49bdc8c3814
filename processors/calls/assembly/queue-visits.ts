import type { HoldRow, QueueVisitRow, VisitOutcome } from '../../../schemas/call-row.ts';
import { unsignedOrNull } from './sane.ts';
import { intersect, type Span, span, totalMs, toMs, union } from '../../../runtime/spans.ts';
import { begunWithin, type Talk, type TalksByLeg } from './talks.ts';
import type { Offer, VisitFacts } from './visit-fold.ts';

export type Visit = {
  readonly row: QueueVisitRow;
  readonly callerLegId: string | null;
  /** The caller's time in the queue. */
  readonly waiting: readonly Span[];
  /** Something that the switch should have told of this visit is missing. */
  readonly gap: boolean;
  /** The events that told that an agent took the caller, how the caller left the queue, and who ended the contact. */
  readonly takenEventId: string;
  readonly leftEventId: string;
  readonly endedByEventId: string;
};

export type VisitContext = {
  readonly talks: TalksByLeg;
  readonly holds: readonly HoldRow[];
  /** Whether the switch tells bridges at all: where it does not, its word for a connection must do. */
  readonly tellsBridges: boolean;
  readonly rootEndedAt: number | null;
  /** The end is the closing rules' inference: nobody knows that the caller hung up. */
  readonly isEndInferred: boolean;
  /** A caller who enters again has left the agent of before. */
  readonly nextEnteredAt: number;
  readonly horizon: number;
};

/** How long before it is told a conversation with an agent may have begun: switches tell the two in either order. */
const bridgeToleranceUs = 1_000_000;

/** What became of one entry to a queue. A connection counts when a conversation confirms it. */
export const toVisit = (facts: VisitFacts, context: VisitContext): Visit => {
  const contact = contactOf(facts, context);
  const outcome = outcomeOf(facts, contact, context);
  const connectedAt = outcome === 'answered' ? (facts.connectedAt ?? contact[0]?.from ?? startOfContact(facts)) : null;
  const leftAt = outcome === 'answered' || outcome === 'waiting' ? null : (facts.leftAt ?? context.rootEndedAt);
  const enteredAt = facts.enteredAt ?? before(connectedAt ?? leftAt, facts.waitMs);
  const waitedUntil = connectedAt ?? leftAt ?? context.rootEndedAt ?? context.horizon;
  const waiting = enteredAt === null ? [] : span(enteredAt, waitedUntil);
  const offers = settleOffers(facts, outcome);
  const row: QueueVisitRow = {
    visit_id: facts.id,
    queue_id: facts.queueId,
    entered_at: enteredAt,
    connected_at: connectedAt,
    left_at: leftAt,
    ended_at: outcome === 'answered' ? endOf(facts, contact, context) : null,
    outcome,
    origin: facts.origin,
    agent_id: facts.agentId,
    agent_leg_id: facts.agentLegId,
    wait_ms: enteredAt === null ? (unsignedOrNull(facts.waitMs, 53) ?? 0) : totalMs(waiting),
    ring_ms: unsignedOrNull(facts.ringMs ?? ringOf(offers, facts, connectedAt), 53),
    connect_ms: outcome === 'answered' ? connectMs(facts, contact, connectedAt) : 0,
    hold_ms: outcome === 'answered' && contact.length > 0 ? holdMs(contact, context.holds) : null,
    ended_by: outcome === 'answered' && facts.endedBy !== 'unknown' ? facts.endedBy : '',
    offers: offers.map(toOfferRow),
  };
  const { callerLegId, leftEventId, endedByEventId } = facts;
  const takenEventId = facts.connectedEventId || facts.completedEventId;
  return { row, callerLegId, waiting, gap: isGap(facts, outcome, context), takenEventId, leftEventId, endedByEventId };
};

/** A connection without a conversation, a conversation without its connection, or one that nobody told the end of. */
const isGap = (facts: VisitFacts, outcome: VisitOutcome, { rootEndedAt }: VisitContext): boolean => {
  if (outcome === 'failed') return facts.leftAs === null;
  if (outcome !== 'answered') return false;
  return facts.connectedAt === null || (facts.completedAt === null && rootEndedAt !== null);
};

const startOfContact = ({ completedAt, connectMs }: VisitFacts): number | null =>
  before(completedAt, connectMs) ?? completedAt;

/** The conversations of this visit's agent, by their leg; where that is not known, the caller's after the connection. */
const contactOf = (facts: VisitFacts, context: VisitContext): readonly Talk[] => {
  const { talks, nextEnteredAt } = context;
  if (facts.connectedAt === null && facts.completedAt === null) return untoldContact(facts, context);
  const since = (facts.connectedAt ?? facts.enteredAt ?? 0) - bridgeToleranceUs;
  const until = Math.min(nextEnteredAt, (facts.completedAt ?? Number.MAX_SAFE_INTEGER) + bridgeToleranceUs);
  if (facts.agentLegId !== '') return begunWithin(talks.get(facts.agentLegId), since, until);
  return facts.callerLegId === null ? [] : begunWithin(talks.get(facts.callerLegId), since, until).slice(0, 1);
};

/** A caller who was in the queue, did not leave it and then talked was connected, whatever event of that was lost. */
const untoldContact = ({ leftAs, callerLegId, enteredAt }: VisitFacts, context: VisitContext): readonly Talk[] =>
  leftAs !== null || callerLegId === null || enteredAt === null
    ? []
    : begunWithin(context.talks.get(callerLegId), enteredAt, context.nextEnteredAt).slice(0, 1);

const outcomeOf = (facts: VisitFacts, contact: readonly Talk[], context: VisitContext): VisitOutcome => {
  const isTold = facts.connectedAt !== null || facts.completedAt !== null;
  if (contact.length > 0) return 'answered';
  if (facts.leftAs !== null) return facts.leftAs;
  if (isTold && !context.tellsBridges) return 'answered';
  if (context.rootEndedAt === null && facts.completedAt === null) return 'waiting';
  return isTold || context.isEndInferred ? 'failed' : 'abandoned';
};

/**
 * An agent's phone that rang to the end of the visit was not declined by the agent: the caller was taken by another, or
 * left, be it in the moment between the agent's answer and the connection.
 */
const settleOffers = (facts: VisitFacts, outcome: VisitOutcome): Offer[] => {
  const told = [...facts.offers.values()];
  if (outcome === 'waiting' || outcome === 'failed') return told;
  if (outcome !== 'answered') return told.map((offer) => ({ ...offer, outcome: whenLeft(offer) }));
  const taken = told.findLast((offer) => offer.agentId === facts.agentId);
  return told.map((offer) => ({ ...offer, outcome: whenAnswered(offer, taken, facts) }));
};

const whenLeft = ({ outcome }: Offer): Offer['outcome'] =>
  outcome === '' || outcome === 'answered' || outcome === 'lost_race' ? 'caller_left' : outcome;

/** queue_log says of a phone that stops ringing because another was answered that nobody answered it. */
const whenAnswered = (offer: Offer, taken: Offer | undefined, facts: VisitFacts): Offer['outcome'] => {
  if (offer.outcome === '') return offer === taken ? 'answered' : 'lost_race';
  const isLoser =
    offer.outcome === 'no_answer' && offer.endedAt === facts.connectedAt && offer.agentId !== facts.agentId;
  return isLoser ? 'lost_race' : offer.outcome;
};

const before = (at: number | null, ms: number | null): number | null =>
  at === null || unsignedOrNull(ms, 53) === null ? null : at - (ms as number) * 1000;

const ringOf = (offers: readonly Offer[], facts: VisitFacts, connectedAt: number | null): number | null => {
  const taken = offers.findLast((offer) => offer.outcome === 'answered' || offer.agentId === facts.agentId);
  if (taken === undefined || connectedAt === null) return null;
  return taken.ringMs ?? toMs(connectedAt - taken.at);
};

const endOf = (facts: VisitFacts, contact: readonly Talk[], { horizon, rootEndedAt }: VisitContext): number | null => {
  if (contact.length === 0) return facts.completedAt;
  const last = Math.max(...contact.map((talk) => talk.to));
  // What still goes on is counted up to the horizon; it has no end yet.
  return facts.completedAt === null && rootEndedAt === null && last >= horizon ? null : last;
};

const connectMs = (facts: VisitFacts, contact: readonly Talk[], connectedAt: number | null): number => {
  if (contact.length > 0) return totalMs(union(contact));
  const told = unsignedOrNull(facts.connectMs, 53);
  if (told !== null) return told;
  return facts.completedAt === null || connectedAt === null ? 0 : toMs(facts.completedAt - connectedAt);
};

const holdMs = (contact: readonly Talk[], holds: readonly HoldRow[]): number => {
  const legs = new Set(contact.flatMap(({ a, b }) => [a, b]));
  const held = holds.filter((hold) => legs.has(hold.leg_id));
  const spans = held.flatMap(({ from, to }) => span(from, to ?? Number.MAX_SAFE_INTEGER));
  return totalMs(intersect(union(contact), union(spans)));
};

const toOfferRow = (offer: Offer): QueueVisitRow['offers'][number] => ({
  attempt_id: offer.attemptId,
  agent_id: offer.agentId,
  at: offer.at,
  outcome: offer.outcome,
  ring_ms: unsignedOrNull(offer.ringMs, 53),
});
