import type { Event } from '../../schemas/events.ts';
import { otherEvent } from './asterisk-event.ts';
import { type LineReader, missing, visitId } from './queue-log-callers.ts';
import type { QueueLogLine } from './queue-log-line.ts';

const ofAgent =
  (read: (line: QueueLogLine, agentId: string) => Event): LineReader =>
  (line) =>
    line.agent === '' ? missing(line, 'agent') : { events: [read(line, line.agent)] };

const ofMember = (read: (line: QueueLogLine, agentId: string) => Event): LineReader => {
  const readAgent = ofAgent(read);
  return (line) => (line.queue === '' ? missing(line, 'queuename') : readAgent(line));
};

const joined = ofMember((line, agent_id) =>
  otherEvent(line, agent_id, 'agent.queue_joined', { agent_id, queue_id: line.queue, penalty: null }),
);

const left = ofMember((line, agent_id) =>
  otherEvent(line, agent_id, 'agent.queue_left', { agent_id, queue_id: line.queue, cause: '' }),
);

/** Lines of all queues (`PAUSEALL`) name none. */
const paused = ofAgent((line, agent_id) =>
  otherEvent(line, agent_id, 'agent.paused', {
    agent_id,
    queue_id: line.queue === '' ? null : line.queue,
    reason: line.data[0] ?? '',
  }),
);

const unpaused = ofAgent((line, agent_id) =>
  otherEvent(line, agent_id, 'agent.unpaused', { agent_id, queue_id: line.queue === '' ? null : line.queue }),
);

const loggedIn = ofAgent((line, agent_id) =>
  otherEvent(line, agent_id, 'agent.logged_in', {
    agent_id,
    session_id: line.caller?.uniqueId ?? '',
    device: line.data[0] ?? '',
  }),
);

const loggedOut = ofAgent((line, agent_id) =>
  otherEvent(line, agent_id, 'agent.logged_out', { agent_id, session_id: line.caller?.uniqueId ?? '' }),
);

/** Of the visit that the agent is busy with; the longest time in seconds. */
const wrapStarted: LineReader = (line) => {
  const { agent, caller, queue, data } = line;
  if (agent === '') return missing(line, 'agent');
  if (caller === null) return missing(line, 'callid');
  if (queue === '') return missing(line, 'queuename');
  const limit_ms = /^\d{1,9}$/.test(data[0] ?? '') ? Number(data[0]) * 1000 : null;
  const visit_id = visitId(line, caller);
  return { events: [otherEvent(line, agent, 'agent.wrap_started', { agent_id: agent, visit_id, limit_ms })] };
};

const restarted: LineReader = (line) => ({ events: [otherEvent(line, '', 'switch.started', {})] });

/** Lines about agents and the switch, by their event. */
export const agentLines: readonly (readonly [string, LineReader])[] = [
  ['ADDMEMBER', joined],
  ['REMOVEMEMBER', left],
  ['PAUSE', paused],
  ['PAUSEALL', paused],
  ['UNPAUSE', unpaused],
  ['UNPAUSEALL', unpaused],
  ['AGENTLOGIN', loggedIn],
  ['AGENTLOGOFF', loggedOut],
  // Of Wazo, and of Asterisk before 1.6.
  ['AGENTCALLBACKLOGIN', loggedIn],
  ['AGENTCALLBACKLOGOFF', loggedOut],
  // Of Wazo.
  ['WRAPUPSTART', wrapStarted],
  ['QUEUESTART', restarted],
];
