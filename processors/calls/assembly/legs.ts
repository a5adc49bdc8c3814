import type { Event, EventOf } from '../../../schemas/events.ts';
import { sipFailure } from '../../../schemas/q850.ts';
import type { LegEnded, LegFacts, LegTotals } from '../../../schemas/payloads.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import type { EndedBy } from '../../../schemas/vocabulary.ts';
import type { Facets, LegEvent } from './facets.ts';
import { betterEnd, isFailedBranch } from './leg-ends.ts';
import { instantOrNull } from './sane.ts';

export type LegEnd = {
  cause_q850: number | null;
  sip_code: number | null;
  cause_native: string;
  ended_by: EndedBy;
  /** The event that told the cause. */
  causeEventId: string;
  /** The event that told who ended it. */
  endedByEventId: string;
};

/** What a call's events tell of one leg. */
export type Leg = {
  id: string;
  nativeId: string;
  switchId: string;
  facts: LegFacts;
  parentLegId: string;
  createdAt: number | null;
  ringingAt: number | null;
  answeredAt: number | null;
  amd: CallRow['answered_by_amd'];
  endedAt: number | null;
  /** The events that told the two, and the kind of the leg's endpoint; empty where none did. */
  answeredBy: string;
  endedBy: string;
  kindToldBy: string;
  end: LegEnd | null;
  /** The switch's own account of the leg's spans. */
  totals: LegTotals | null;
  /** Whether the leg spoke for itself (created or answered); others are known from what is said about them. */
  own: boolean;
};

const noFacts: LegFacts = {
  created_at: null,
  direction: 'unknown',
  endpoint: '',
  endpoint_kind: 'unknown',
  caller_number: '',
  caller_name: '',
  caller_presentation: 'unavailable',
  dialled: '',
  context: '',
  sip_call_id: '',
};

/** Every leg that the events speak of, in the order in which it is first named. */
export const foldLegs = (facets: Facets): Map<string, Leg> => {
  const legs = new Map<string, Leg>();
  for (const event of facets.legs) if (event.leg_id !== null) foldLeg(legOf(legs, event.leg_id, event), event);
  for (const event of facets.bridges) foldMention(legs, event);
  for (const event of facets.queues) foldAgentLeg(legs, event);
  return legs;
};

const legOf = (legs: Map<string, Leg>, id: string, event: Event): Leg => {
  const known = legs.get(id);
  if (known !== undefined) return known;
  const leg: Leg = {
    id,
    nativeId: event.leg_id === id && event.native.id !== '' ? event.native.id : id.slice(id.lastIndexOf('/') + 1),
    switchId: event.switch_id,
    facts: noFacts,
    parentLegId: '',
    createdAt: null,
    ringingAt: null,
    answeredAt: null,
    amd: '',
    endedAt: null,
    answeredBy: '',
    endedBy: '',
    kindToldBy: '',
    end: null,
    totals: null,
    own: false,
  };
  legs.set(id, leg);
  return leg;
};

const foldLeg = (leg: Leg, event: LegEvent): void => {
  switch (event.type) {
    case 'leg.created':
      leg.own = true;
      leg.parentLegId ||= event.payload.parent_leg_id ?? '';
      addFacts(leg, event.payload.leg, event);
      leg.createdAt ??= event.occurred_at;
      return;
    case 'leg.progress':
      if (event.payload.kind !== 'trying') leg.ringingAt ??= event.occurred_at;
      return;
    case 'leg.answered':
      leg.own = true;
      if (event.switch_kind === 'kamailio') takeBranch(leg);
      answer(leg, event.occurred_at, event);
      if (event.payload.amd !== 'unknown') leg.amd ||= event.payload.amd;
      addFacts(leg, event.payload.leg, event);
      return;
    case 'leg.ended':
      foldEnd(leg, event);
      return;
  }
};

/** A switch may tell an end twice (hangup, then its details): the first tells when, the better one why. */
const foldEnd = (leg: Leg, event: EventOf<'leg.ended'>): void => {
  const { payload, event_id: eventId } = event;
  if (leg.answeredAt !== null && isFailedBranch(event)) return;
  if (leg.endedAt === null) endAt(leg, event.occurred_at, eventId);
  const told = toEnd(payload, eventId);
  leg.end = leg.end === null ? told : betterEnd(leg.end, told);
  addFacts(leg, payload.leg, event);
  leg.totals ??= payload.totals;
  const billMs = payload.totals?.bill_ms ?? 0;
  if (billMs > 0) answer(leg, instantOrNull(event.occurred_at - billMs * 1000), event);
};

/** A proxy tells each branch of a forked call as that call: of one that was accepted the failures were other branches'. */
const takeBranch = (leg: Leg): void => {
  if (sipFailure(leg.end?.sip_code ?? null) === null) return;
  leg.endedAt = null;
  leg.endedBy = '';
  leg.end = null;
};

const toEnd = ({ cause_q850, sip_code, cause_native, ended_by }: LegEnded, eventId: string): LegEnd => ({
  cause_q850,
  sip_code,
  cause_native,
  ended_by,
  causeEventId: eventId,
  endedByEventId: eventId,
});

/** Notes the end of a leg and the event that told it. */
export const endAt = (leg: Leg, at: number, eventId: string): void => {
  leg.endedAt = at;
  leg.endedBy = eventId;
};

const answer = (leg: Leg, at: number | null, { event_id }: Event): void => {
  if (leg.answeredAt !== null || at === null) return;
  leg.answeredAt = at;
  leg.answeredBy = event_id;
};

const addFacts = (leg: Leg, facts: LegFacts | null, event: Event): void => {
  if (facts === null) return;
  const tellsKind = leg.facts.endpoint_kind === 'unknown' && facts.endpoint_kind !== 'unknown';
  if (tellsKind) leg.kindToldBy = event.event_id;
  leg.createdAt ??= instantOrNull(facts.created_at);
  if (leg.facts === noFacts) {
    leg.facts = facts;
    return;
  }
  const { facts: known } = leg;
  const isCallerKnown = known.caller_number !== '' || known.caller_presentation === 'restricted';
  leg.facts = {
    created_at: known.created_at ?? facts.created_at,
    direction: known.direction === 'unknown' ? facts.direction : known.direction,
    endpoint: known.endpoint || facts.endpoint,
    endpoint_kind: known.endpoint_kind === 'unknown' ? facts.endpoint_kind : known.endpoint_kind,
    caller_number: isCallerKnown ? known.caller_number : facts.caller_number,
    caller_name: known.caller_name || facts.caller_name,
    caller_presentation: isCallerKnown ? known.caller_presentation : facts.caller_presentation,
    dialled: known.dialled || facts.dialled,
    context: known.context || facts.context,
    sip_call_id: known.sip_call_id || facts.sip_call_id,
  };
};

const foldMention = (legs: Map<string, Leg>, event: Facets['bridges'][number]): void => {
  if (event.leg_id === null) return;
  const leg = legOf(legs, event.leg_id, event);
  if (event.type === 'leg.bridged') addFacts(leg, event.payload.leg, event);
  if (event.other_leg_id !== null) legOf(legs, event.other_leg_id, event);
};

const foldAgentLeg = (legs: Map<string, Leg>, event: Facets['queues'][number]): void => {
  if (event.leg_id !== null) legOf(legs, event.leg_id, event);
  if (event.type === 'queue.connected' && event.payload.agent_leg_id !== null) {
    legOf(legs, event.payload.agent_leg_id, event);
  }
};
