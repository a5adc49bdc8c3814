import type { Event } from '../../schemas/events.ts';
import { ignored, reject } from '../dialect.ts';
import { amiCount, type AmiEvent, amiText } from './ami-event.ts';
import type { AmiReader } from './ami-reader.ts';
import { otherEvent } from './asterisk-event.ts';
import { queueName } from './asterisk-queues.ts';

/** An agent in a queue. */
type Member = { agent_id: string; queue_id: string };

const ofMember =
  (read: (event: AmiEvent, member: Member) => Event[]): AmiReader =>
  (event) => {
    const { fields } = event;
    const agent_id = queueName(amiText(fields, 'MemberName') || amiText(fields, 'Name') || interfaceOf(fields));
    const queue_id = queueName(amiText(fields, 'Queue'));
    const field = agent_id === '' ? 'MemberName' : queue_id === '' ? 'Queue' : null;
    if (field !== null)
      return reject('MISSING_FIELD', field, `${field} is missing: send all fields of ${event.eventName}`);
    return { events: read(event, { agent_id, queue_id }) };
  };

const interfaceOf = (fields: AmiEvent['fields']): string => amiText(fields, 'Interface') || amiText(fields, 'Location');

const joined = (event: AmiEvent, { agent_id, queue_id }: Member): Event =>
  otherEvent(event, agent_id, 'agent.queue_joined', { agent_id, queue_id, penalty: amiCount(event.fields, 'Penalty') });

const pauseTold = (event: AmiEvent, { agent_id, queue_id }: Member): Event => {
  const { fields } = event;
  if (amiText(fields, 'Paused') !== '1') return otherEvent(event, agent_id, 'agent.unpaused', { agent_id, queue_id });
  const reason = amiText(fields, 'PausedReason') || amiText(fields, 'Reason');
  return otherEvent(event, agent_id, 'agent.paused', { agent_id, queue_id, reason });
};

const added = ofMember((event, member) =>
  amiText(event.fields, 'Paused') === '1' ? [joined(event, member), pauseTold(event, member)] : [joined(event, member)],
);

const removed = ofMember((event, { agent_id, queue_id }) => [
  otherEvent(event, agent_id, 'agent.queue_left', { agent_id, queue_id, cause: '' }),
]);

const paused = ofMember((event, member) => [pauseTold(event, member)]);

/** Says again what holds: whatever was lost before is made good. */
const stateTold = ofMember((event, member) => [joined(event, member), pauseTold(event, member)]);

/** Agents of app_agent_pool; queue_log names them in the same way. */
const ofPoolAgent =
  (read: (event: AmiEvent, agentId: string) => Event): AmiReader =>
  (event) => {
    const agent = amiText(event.fields, 'Agent');
    return agent === '' ? ignored : { events: [read(event, agent.startsWith('Agent/') ? agent : `Agent/${agent}`)] };
  };

const loggedIn = ofPoolAgent((event, agent_id) =>
  otherEvent(event, agent_id, 'agent.logged_in', {
    agent_id,
    session_id: amiText(event.fields, 'Uniqueid'),
    device: amiText(event.fields, 'Channel'),
  }),
);

const loggedOut = ofPoolAgent((event, agent_id) =>
  otherEvent(event, agent_id, 'agent.logged_out', { agent_id, session_id: amiText(event.fields, 'Uniqueid') }),
);

/** Agents whoever calls, by the name of the event. */
export const amiMemberEvents: readonly (readonly [string, AmiReader])[] = [
  ['QueueMemberAdded', added],
  ['QueueMemberRemoved', removed],
  ['QueueMemberPause', paused],
  // Before Asterisk 12.
  ['QueueMemberPaused', paused],
  ['QueueMemberStatus', stateTold],
  // What the action QueueStatus lists.
  ['QueueMember', stateTold],
  ['AgentLogin', loggedIn],
  ['AgentLogoff', loggedOut],
];
