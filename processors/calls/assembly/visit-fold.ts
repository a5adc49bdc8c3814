import type { EventOf } from '../../../schemas/events.ts';
import { unknownQueueId } from '../../../schemas/queues.ts';
import type { ContactEndedBy, LeaveOutcome, OfferOutcome, VisitOrigin } from '../../../schemas/vocabulary.ts';
import type { Facets, QueueEvent } from './facets.ts';
import { instantOrNull } from './sane.ts';

export type Offer = {
  attemptId: string;
  agentId: string;
  agentLegId: string;
  at: number;
  endedAt: number | null;
  outcome: OfferOutcome | '';
  ringMs: number | null;
};

/** One entry to one queue by one caller, as the switch tells it. */
export type VisitFacts = {
  id: string;
  queueId: string;
  callerLegId: string | null;
  enteredAt: number | null;
  origin: VisitOrigin | '';
  connectedAt: number | null;
  agentId: string;
  agentLegId: string;
  leftAt: number | null;
  leftAs: LeaveOutcome | null;
  completedAt: number | null;
  endedBy: ContactEndedBy;
  /** The events that told of the connection and its end, how the caller left, and who ended the contact. */
  connectedEventId: string;
  completedEventId: string;
  leftEventId: string;
  endedByEventId: string;
  waitMs: number | null;
  ringMs: number | null;
  connectMs: number | null;
  offers: Map<string, Offer>;
};

/** A ring-all queue can try its agents for hours: later tries are not listed. */
const maxOffersPerVisit = 500;

/** A call's queue visits in the order in which each is first told. */
export const foldVisits = ({ queues }: Facets): VisitFacts[] => {
  const visits: VisitFacts[] = [];
  const current = new Map<string, VisitFacts>();
  const ordinals = new Map<string, number>();
  for (const event of queues) {
    const { visit_id: id, queue_id: queue } = event.payload;
    // Who left is told by whom alone where the queue is not known: that is the latest visit.
    const key = queue === unknownQueueId && current.has(id) ? id : `${id}\0${queue}`;
    let visit = current.get(key);
    if (visit === undefined || isNewEntry(visit, event)) {
      const ordinal = (ordinals.get(id) ?? 0) + 1;
      ordinals.set(id, ordinal);
      visit = emptyVisit(ordinal === 1 ? id : `${id}#${ordinal}`, event);
      current.set(key, visit).set(id, visit);
      visits.push(visit);
    }
    foldVisit(visit, event);
  }
  return visits;
};

/** Switches use the visit's id again when a caller who had left comes back, or goes to another queue. */
const isNewEntry = (visit: VisitFacts, event: QueueEvent): boolean =>
  event.type === 'queue.entered' && visit.enteredAt !== null && (visit.leftAt !== null || visit.completedAt !== null);

const emptyVisit = (id: string, event: QueueEvent): VisitFacts => ({
  id,
  queueId: event.payload.queue_id,
  callerLegId: event.leg_id,
  enteredAt: null,
  origin: '',
  connectedAt: null,
  agentId: '',
  agentLegId: '',
  leftAt: null,
  leftAs: null,
  completedAt: null,
  endedBy: 'unknown',
  connectedEventId: '',
  completedEventId: '',
  leftEventId: '',
  endedByEventId: '',
  waitMs: null,
  ringMs: null,
  connectMs: null,
  offers: new Map(),
});

const foldVisit = (visit: VisitFacts, event: QueueEvent): void => {
  visit.queueId ||= event.payload.queue_id;
  switch (event.type) {
    case 'queue.entered':
      visit.enteredAt ??= event.occurred_at;
      visit.callerLegId = event.leg_id ?? visit.callerLegId;
      visit.origin ||= event.payload.origin;
      return;
    case 'queue.offered':
      foldOffer(visit, event);
      return;
    case 'queue.offer_ended':
      foldOfferEnd(visit, event);
      return;
    case 'queue.connected':
      visit.connectedAt ??= event.occurred_at;
      visit.connectedEventId ||= event.event_id;
      visit.agentId ||= event.payload.agent_id;
      visit.agentLegId ||= event.payload.agent_leg_id ?? '';
      visit.waitMs ??= event.payload.wait_ms;
      visit.ringMs ??= event.payload.ring_ms;
      return;
    case 'queue.left':
      visit.leftAt ??= event.occurred_at;
      if (isBetterReason(event.payload.outcome, visit.leftAs)) {
        visit.leftAs = event.payload.outcome;
        visit.leftEventId = event.event_id;
      }
      visit.waitMs ??= event.payload.wait_ms;
      return;
    case 'queue.completed':
      foldCompletion(visit, event);
      return;
  }
};

/** Asterisk tells of an abandoning whoever leaves without an agent, and of the true reason a moment later. */
const isBetterReason = (next: LeaveOutcome, known: LeaveOutcome | null): boolean =>
  known === null || reasonRank(next) > reasonRank(known);

const reasonRank = (outcome: LeaveOutcome): number => (outcome === 'exit_key' ? 0 : outcome === 'abandoned' ? 1 : 2);

const foldCompletion = (visit: VisitFacts, { occurred_at, payload, event_id }: EventOf<'queue.completed'>): void => {
  visit.completedAt ??= occurred_at;
  visit.completedEventId ||= event_id;
  visit.agentId ||= payload.agent_id;
  if (visit.endedBy === 'unknown') {
    visit.endedBy = payload.ended_by;
    visit.endedByEventId = event_id;
  }
  visit.waitMs ??= payload.wait_ms;
  visit.connectMs ??= payload.connect_ms;
};

const offerOf = (
  visit: VisitFacts,
  { occurred_at, payload }: EventOf<'queue.offered' | 'queue.offer_ended'>,
): Offer | null => {
  const known = visit.offers.get(payload.attempt_id);
  if (known !== undefined) return known;
  if (visit.offers.size >= maxOffersPerVisit) return null;
  const offer: Offer = {
    attemptId: payload.attempt_id,
    agentId: payload.agent_id,
    agentLegId: '',
    at: occurred_at,
    endedAt: null,
    outcome: '',
    ringMs: null,
  };
  visit.offers.set(payload.attempt_id, offer);
  return offer;
};

const foldOffer = (visit: VisitFacts, event: EventOf<'queue.offered'>): void => {
  const offer = offerOf(visit, event);
  if (offer !== null) offer.agentLegId ||= event.payload.agent_leg_id ?? '';
};

const foldOfferEnd = (visit: VisitFacts, event: EventOf<'queue.offer_ended'>): void => {
  const isFirst = !visit.offers.has(event.payload.attempt_id);
  const offer = offerOf(visit, event);
  if (offer === null) return;
  const { ring_ms: ringMs } = event.payload;
  // A log that tells only how a ringing ended tells how long it was.
  if (isFirst) offer.at = instantOrNull(event.occurred_at - (ringMs ?? 0) * 1000) ?? offer.at;
  offer.endedAt ??= event.occurred_at;
  offer.outcome ||= event.payload.outcome;
  offer.ringMs ??= ringMs ?? Math.max(0, Math.round((event.occurred_at - offer.at) / 1000));
};
