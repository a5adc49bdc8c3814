import type { Event } from '../../schemas/events.ts';
import type { LeaveOutcome, OfferOutcome } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { ignored, type Normalised, reject } from '../dialect.ts';
import { agentStatusChanged } from './agent-events.ts';
import { countOf, type Headers, instantOf, textOf } from './headers.ts';
import { canonicalEvent, type NativeEvent, type Place } from './native-event.ts';

// mod_callcenter. Its own times are whole seconds; the event's stamp is µs.

type Visit = { native: NativeEvent; place: Place; visit_id: string; queue_id: string; agent_id: string };

type VisitEvents = (visit: Visit) => Event[];

/** Of a resumed member too: it keeps its id, and entering again after leaving makes a second visit. */
const entered: VisitEvents = ({ native, place, visit_id, queue_id }) => [
  canonicalEvent(native, place, 'queue.entered', native.stampUs, {
    visit_id,
    queue_id,
    position: null,
    priority: null,
    origin: 'call',
  }),
];

const offered: VisitEvents = (visit) => {
  const { native, place, visit_id, queue_id, agent_id } = visit;
  // The event comes right before the agent is called and carries no time of that.
  const attempt_id = attemptId(visit, Math.floor(native.stampUs / 1_000_000));
  return [
    canonicalEvent(native, place, 'queue.offered', native.stampUs, {
      visit_id,
      queue_id,
      attempt_id,
      agent_id,
      agent_leg_id: null,
    }),
  ];
};

const attemptId = ({ visit_id, agent_id }: Visit, calledAtS: number | null): string =>
  `${visit_id}/${agent_id}/${calledAtS ?? ''}`;

const offerEnded =
  (outcome: (cause: string) => OfferOutcome, endedAt: string): VisitEvents =>
  (visit) => {
    const { native, place, visit_id, queue_id, agent_id } = visit;
    const { headers } = native;
    const calledAtS = countOf(headers, 'CC-Agent-Called-Time');
    return [
      canonicalEvent(native, place, 'queue.offer_ended', native.stampUs, {
        visit_id,
        queue_id,
        attempt_id: attemptId(visit, calledAtS),
        agent_id,
        outcome: outcome(textOf(headers, 'CC-Hangup-Cause')),
        ring_ms: spanMs(calledAtS, countOf(headers, endedAt)),
      }),
    ];
  };

const offerFailed = offerEnded((cause) => offerOutcomes.get(cause) ?? 'failed', 'CC-Agent-Aborted-Time');
const offerAnswered = offerEnded(() => 'answered', 'CC-Agent-Answered-Time');

const offerOutcomes: ReadonlyMap<string, OfferOutcome> = new Map([
  ['NO_ANSWER', 'no_answer'],
  ['NO_USER_RESPONSE', 'no_answer'],
  ['PROGRESS_TIMEOUT', 'no_answer'],
  ['ALLOTTED_TIMEOUT', 'no_answer'],
  ['USER_BUSY', 'busy'],
  ['CALL_REJECTED', 'rejected'],
  ['LOSE_RACE', 'lost_race'],
  ['PICKED_OFF', 'lost_race'],
  ['ORIGINATOR_CANCEL', 'lost_race'],
]);

/** Fires before the bridge: that the two talked is told by CHANNEL_BRIDGE. */
const connected: VisitEvents = (visit) => {
  const { native, place, visit_id, queue_id, agent_id } = visit;
  const { headers } = native;
  const answeredAtS = countOf(headers, 'CC-Agent-Answered-Time');
  return [
    ...offerAnswered(visit),
    canonicalEvent(native, place, 'queue.connected', native.stampUs, {
      visit_id,
      queue_id,
      agent_id,
      agent_leg_id: cleanText(textOf(headers, 'CC-Agent-UUID')) || null,
      wait_ms: spanMs(countOf(headers, 'CC-Member-Joined-Time'), answeredAtS),
      ring_ms: spanMs(countOf(headers, 'CC-Agent-Called-Time'), answeredAtS),
    }),
    ...agentCallLinked(visit),
  ];
};

/** The agent is called by the queue, not by the caller's channel: a call of its own until the two are joined. */
const agentCallLinked = ({ native, place }: Visit): Event[] => {
  const { headers } = native;
  const agentCallKey = cleanText(textOf(headers, 'Channel-Call-UUID'));
  const agentLegId = cleanText(textOf(headers, 'CC-Agent-UUID'));
  if (agentCallKey === '' || agentCallKey === place.callKey || agentCallKey !== agentLegId) return [];
  const startedAtUs = instantOf(headers, 'Caller-Channel-Created-Time');
  const agentPlace: Place = {
    callKey: agentCallKey,
    callStartedAtUs: startedAtUs !== null && startedAtUs <= native.stampUs ? startedAtUs : null,
    legId: agentLegId,
    otherLegId: place.legId,
  };
  const link = {
    from_call_key: agentCallKey,
    into_call_key: place.callKey,
    into_call_started_at: place.callStartedAtUs,
    reason: 'queue',
  };
  return [
    canonicalEvent(native, place, 'call.linked', native.stampUs, link),
    canonicalEvent(native, agentPlace, 'call.linked', native.stampUs, link),
  ];
};

const completed: VisitEvents = ({ native, place, visit_id, queue_id, agent_id }) => {
  const { headers } = native;
  const answeredAtS = countOf(headers, 'CC-Agent-Answered-Time');
  return [
    canonicalEvent(native, place, 'queue.completed', native.stampUs, {
      visit_id,
      queue_id,
      agent_id,
      ended_by: 'unknown',
      wait_ms: spanMs(countOf(headers, 'CC-Member-Joined-Time'), answeredAtS),
      connect_ms: spanMs(answeredAtS, countOf(headers, 'CC-Bridge-Terminated-Time')),
      transfer_target: '',
    }),
  ];
};

/** `Terminated` follows bridge-agent-end, which said it all. */
const left: VisitEvents = ({ native, place, visit_id, queue_id }) => {
  const { headers } = native;
  if (textOf(headers, 'CC-Cause') !== 'Cancel') return [];
  return [
    canonicalEvent(native, place, 'queue.left', native.stampUs, {
      visit_id,
      queue_id,
      outcome: leaveOutcomes.get(textOf(headers, 'CC-Cancel-Reason')) ?? 'abandoned',
      wait_ms: spanMs(countOf(headers, 'CC-Member-Joined-Time'), countOf(headers, 'CC-Member-Leaving-Time')),
      position: null,
    }),
  ];
};

/** NONE (an agent answered, but the caller had gone) and BREAK_OUT are abandoned. */
const leaveOutcomes: ReadonlyMap<string, LeaveOutcome> = new Map([
  ['TIMEOUT', 'timeout'],
  ['NO_AGENT_TIMEOUT', 'no_agents'],
  ['EXIT_WITH_KEY', 'exit_key'],
]);

const spanMs = (fromS: number | null, toS: number | null): number | null =>
  fromS === null || toS === null || fromS === 0 || toS < fromS ? null : (toS - fromS) * 1000;

const ofVisit =
  (events: VisitEvents) =>
  (native: NativeEvent): Normalised => {
    const { headers } = native;
    const visit_id = cleanText(textOf(headers, 'CC-Member-UUID'));
    if (visit_id === '')
      return reject('MISSING_FIELD', 'CC-Member-UUID', `${native.name} has no CC-Member-UUID: send all its headers`);
    const queue_id = cleanText(textOf(headers, 'CC-Queue'));
    const agent_id = cleanText(textOf(headers, 'CC-Agent'));
    const found = events({ native, place: placeOf(headers, visit_id), visit_id, queue_id, agent_id });
    return found.length === 0 ? ignored : { events: found };
  };

/** The caller's call. The channel that the event describes may be the agent's, or there may be none. */
const placeOf = (headers: Headers, visitId: string): Place => {
  const memberLeg = cleanText(textOf(headers, 'CC-Member-Session-UUID')) || visitId;
  const channel = cleanText(textOf(headers, 'Unique-ID'));
  const callKey = channel === memberLeg ? cleanText(textOf(headers, 'Channel-Call-UUID')) || memberLeg : memberLeg;
  const createdAtUs = callKey === channel ? instantOf(headers, 'Caller-Channel-Created-Time') : null;
  return {
    callKey,
    callStartedAtUs: Number.isNaN(createdAtUs) ? null : createdAtUs,
    legId: memberLeg,
    otherLegId: cleanText(textOf(headers, 'CC-Agent-UUID')) || null,
  };
};

/** By `CC-Action`. */
export const queueEvents: ReadonlyMap<string, (native: NativeEvent) => Normalised> = new Map([
  ['member-queue-start', ofVisit(entered)],
  ['member-queue-resume', ofVisit(entered)],
  ['agent-offering', ofVisit(offered)],
  ['bridge-agent-start', ofVisit(connected)],
  ['bridge-agent-fail', ofVisit(offerFailed)],
  ['bridge-agent-end', ofVisit(completed)],
  ['member-queue-end', ofVisit(left)],
  ['agent-status-change', agentStatusChanged],
]);
