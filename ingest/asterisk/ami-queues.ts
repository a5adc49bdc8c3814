import type { Event } from '../../schemas/events.ts';
import { amiChannel, amiCount, type AmiEvent, amiSeconds, amiText } from './ami-event.ts';
import { type AmiReader, ofChannel } from './ami-reader.ts';
import { channelEvent, switchScoped } from './asterisk-event.ts';
import { contactEndedBy, queueName } from './asterisk-queues.ts';
import type { Channel } from './channel-facts.ts';

/** A caller is in one queue at a time, so the caller's leg names the visit; entering again makes another one. */
const visitOf = (event: AmiEvent, caller: Channel): { visit_id: string; queue_id: string } => ({
  visit_id: switchScoped(event, caller.uniqueId),
  queue_id: queueName(amiText(event.fields, 'Queue')),
});

type Attempt = { attempt_id: string; agent_id: string };

/** One ringing of one agent: a channel made for it, where the event names that. */
const attemptOf = (event: AmiEvent): Attempt & { agent_leg_id: string | null } => {
  const agent = amiChannel(event.fields, 'Dest');
  const agent_id = agentOf(event);
  if (agent === null)
    return { attempt_id: `${agent_id}:${event.seq ?? event.occurredAtUs}`, agent_id, agent_leg_id: null };
  const agent_leg_id = switchScoped(event, agent.uniqueId);
  return { attempt_id: agent_leg_id, agent_id, agent_leg_id };
};

const agentOf = ({ fields }: AmiEvent): string =>
  queueName(amiText(fields, 'MemberName') || amiText(fields, 'Interface'));

const entered = ofChannel((event, caller) => [
  channelEvent(event, caller, 'queue.entered', {
    ...visitOf(event, caller),
    position: amiCount(event.fields, 'Position'),
    priority: null,
    origin: 'call',
  }),
]);

const offered = ofChannel((event, caller) => [
  channelEvent(event, caller, 'queue.offered', { ...visitOf(event, caller), ...attemptOf(event) }),
]);

const connected = ofChannel((event, caller) => {
  const visit = visitOf(event, caller);
  const { attempt_id, agent_id, agent_leg_id } = attemptOf(event);
  const ring_ms = amiSeconds(event.fields, 'RingTime');
  const wait_ms = amiSeconds(event.fields, 'HoldTime');
  return [
    channelEvent(event, caller, 'queue.offer_ended', { ...visit, attempt_id, agent_id, outcome: 'answered', ring_ms }),
    channelEvent(event, caller, 'queue.connected', { ...visit, agent_id, agent_leg_id, wait_ms, ring_ms }),
  ];
});

const offerEnded = (event: AmiEvent, caller: Channel, outcome: 'no_answer' | 'rejected'): Event[] => {
  const { attempt_id, agent_id } = attemptOf(event);
  // Here, unlike in AgentConnect, the manager tells milliseconds.
  const ring_ms = amiCount(event.fields, 'RingTime');
  return [
    channelEvent(event, caller, 'queue.offer_ended', {
      ...visitOf(event, caller),
      attempt_id,
      agent_id,
      outcome,
      ring_ms,
    }),
  ];
};

const ringNoAnswer = ofChannel((event, caller) => offerEnded(event, caller, 'no_answer'));

/** The agent hung up during the announcement that comes before the caller. */
const dumped = ofChannel((event, caller) => offerEnded(event, caller, 'rejected'));

const completed = ofChannel((event, caller) => [
  channelEvent(event, caller, 'queue.completed', {
    ...visitOf(event, caller),
    agent_id: agentOf(event),
    ended_by: contactEndedBy(amiText(event.fields, 'Reason')),
    wait_ms: amiSeconds(event.fields, 'HoldTime'),
    connect_ms: amiSeconds(event.fields, 'TalkTime'),
    transfer_target: '',
  }),
]);

/** Comes whenever a caller leaves without an agent; where it was no abandoning, the variable QUEUESTATUS says so. */
const abandoned = ofChannel((event, caller) => [
  channelEvent(event, caller, 'queue.left', {
    ...visitOf(event, caller),
    outcome: 'abandoned',
    wait_ms: amiSeconds(event.fields, 'HoldTime'),
    position: amiCount(event.fields, 'Position'),
  }),
]);

/**
 * Comes whenever a caller leaves, served or not. Only who left by a key is told by nothing else, and stands already at
 * the extension of that key.
 */
const left = ofChannel((event, caller) => {
  const priority = amiCount(event.fields, 'Priority');
  if (!/^[0-9*#]$/.test(caller.exten) || priority === null || priority > 1) return [];
  return [
    channelEvent(event, caller, 'queue.left', {
      ...visitOf(event, caller),
      outcome: 'exit_key',
      wait_ms: null,
      position: amiCount(event.fields, 'Position'),
    }),
  ];
});

/** Callers in queues and the agents who are rung for them, by the name of the event. */
export const amiQueueEvents: readonly (readonly [string, AmiReader])[] = [
  ['QueueCallerJoin', entered],
  ['QueueCallerLeave', left],
  ['QueueCallerAbandon', abandoned],
  ['AgentCalled', offered],
  ['AgentConnect', connected],
  ['AgentRingNoAnswer', ringNoAnswer],
  ['AgentDump', dumped],
  ['AgentComplete', completed],
];
