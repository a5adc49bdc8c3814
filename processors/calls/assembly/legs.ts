import type { Event, EventOf } from '../../../schemas/events.ts';
import type { LegFacts, LegTotals } from '../../../schemas/payloads.ts';
import type { EndedBy } from '../../../schemas/vocabulary.ts';
import type { Facets, LegEvent } from './facets.ts';
import { betterEnd } from './leg-ends.ts';
import { instantOrNull } from './sane.ts';

export type LegEnd = {
  cause_q850: number | null;
  sip_code: number | null;
  cause_native: string;
  ended_by: EndedBy;
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
  endedAt: number | null;
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
    endedAt: null,
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
      addFacts(leg, event.payload.leg);
      leg.createdAt ??= event.occurred_at;
      return;
    case 'leg.progress':
      if (event.payload.kind !== 'trying') leg.ringingAt ??= event.occurred_at;
      return;
    case 'leg.answered':
      leg.own = true;
      leg.answeredAt ??= event.occurred_at;
      addFacts(leg, event.payload.leg);
      return;
    case 'leg.ended':
      foldEnd(leg, event);
      return;
  }
};

/** A switch may tell an end twice (hangup, then its details): the first tells when, the better one why. */
const foldEnd = (leg: Leg, event: EventOf<'leg.ended'>): void => {
  const { payload } = event;
  leg.endedAt ??= event.occurred_at;
  leg.end = leg.end === null ? payload : betterEnd(leg.end, payload);
  addFacts(leg, payload.leg);
  leg.totals ??= payload.totals;
  const billMs = payload.totals?.bill_ms ?? 0;
  if (billMs > 0) leg.answeredAt ??= instantOrNull(event.occurred_at - billMs * 1000);
};

const addFacts = (leg: Leg, facts: LegFacts | null): void => {
  if (facts === null) return;
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
  if (event.type === 'leg.bridged') addFacts(leg, event.payload.leg);
  if (event.other_leg_id !== null) legOf(legs, event.other_leg_id, event);
};

const foldAgentLeg = (legs: Map<string, Leg>, event: Facets['queues'][number]): void => {
  if (event.leg_id !== null) legOf(legs, event.leg_id, event);
  if (event.type === 'queue.connected' && event.payload.agent_leg_id !== null) {
    legOf(legs, event.payload.agent_leg_id, event);
  }
};
