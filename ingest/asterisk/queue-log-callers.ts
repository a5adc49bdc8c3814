import type { Event, EventType, Payloads } from '../../schemas/events.ts';
import type { ContactEndedBy, LeaveOutcome, OfferOutcome, RefusalReason } from '../../schemas/vocabulary.ts';
import { type Normalised, reject } from '../dialect.ts';
import { channelEvent, type ChannelIds, legOrNull, switchScoped } from './asterisk-event.ts';
import type { QueueLogLine } from './queue-log-line.ts';

/** Reads one kind of line. */
export type LineReader = (line: QueueLogLine) => Normalised;

/**
 * A caller's stay in a queue. Its id is the same in all lines of the caller and the queue: a line by itself does not
 * know whether the caller was there before, which is told apart where all lines are known.
 */
type Visit = { line: QueueLogLine; caller: ChannelIds; visit_id: string; queue_id: string };

const ofVisit =
  (read: (visit: Visit) => Event[]): LineReader =>
  (line) => {
    const { caller, queue } = line;
    if (caller === null) return missing(line, 'callid');
    if (queue === '') return missing(line, 'queuename');
    return { events: read({ line, caller, visit_id: visitId(line, caller), queue_id: queue }) };
  };

const ofAgentInVisit = (read: (visit: Visit) => Event[]): LineReader => {
  const readVisit = ofVisit(read);
  return (line) => (line.agent === '' ? missing(line, 'agent') : readVisit(line));
};

/** A line that lacks whom it is about. */
export const missing = ({ eventName }: QueueLogLine, column: 'callid' | 'queuename' | 'agent'): Normalised =>
  reject('MISSING_FIELD', column, `${column} is missing: send lines of ${eventName} as Asterisk writes them`);

export const visitId = (line: QueueLogLine, caller: ChannelIds): string =>
  `${switchScoped(line, caller.uniqueId)}:${line.queue}`;

const told = <T extends EventType>({ line, caller }: Visit, type: T, payload: Payloads[T]): Event =>
  channelEvent(line, caller, type, payload);

const count = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;

const seconds = (text: string | undefined): number | null => {
  const whole = count(text);
  return whole === null ? null : whole * 1000;
};

const entered = ofVisit((visit) => {
  const { visit_id, queue_id, line } = visit;
  const position = count(line.data[2]);
  return [told(visit, 'queue.entered', { visit_id, queue_id, position, priority: null, origin: 'call' })];
});

const refused = (reason: RefusalReason): LineReader =>
  ofVisit((visit) => [told(visit, 'queue.refused', { queue_id: visit.queue_id, reason })]);

/** `position|original position|wait`, behind as many other fields as told. */
const left = (outcome: LeaveOutcome, before = 0): LineReader =>
  ofVisit((visit) => {
    const { visit_id, queue_id, line } = visit;
    const events = [
      told(visit, 'queue.left', {
        visit_id,
        queue_id,
        outcome,
        wait_ms: seconds(line.data[before + 2]),
        position: count(line.data[before]),
      }),
    ];
    // Who left while an agent heard the announcement: the agent's phone had been answered for nothing.
    return line.agent === '' ? events : [...offerEnd(visit, 'caller_left', null), ...events];
  });

/** An attempt has no id: it is known by its agent and the second in which it ended. */
const offerEnd = (visit: Visit, outcome: OfferOutcome, ring_ms: number | null): Event[] => {
  const { visit_id, queue_id, line } = visit;
  const attempt_id = `${line.agent}@${line.occurredAtUs / 1_000_000}`;
  return [told(visit, 'queue.offer_ended', { visit_id, queue_id, attempt_id, agent_id: line.agent, outcome, ring_ms })];
};

/** Rings are told in ms, all other spans in seconds. */
const offerEnded = (outcome: OfferOutcome): LineReader =>
  ofAgentInVisit((visit) => offerEnd(visit, outcome, count(visit.line.data[0])));

/** `wait|channel|ring`: the ring in seconds here, and missing before Asterisk 1.8. */
const connected = ofAgentInVisit((visit) => {
  const { visit_id, queue_id, line } = visit;
  const [wait, channel = '', ring] = line.data;
  const ring_ms = seconds(ring);
  return [
    ...offerEnd(visit, 'answered', ring_ms),
    told(visit, 'queue.connected', {
      visit_id,
      queue_id,
      agent_id: line.agent,
      agent_leg_id: legOrNull(line, channel),
      wait_ms: seconds(wait),
      ring_ms,
    }),
  ];
});

type Completion = { endedBy: ContactEndedBy; wait: number; target?: number };

/** `wait|talk` at a place of the data; behind the end where that is negative. */
const completed = ({ endedBy, wait, target }: Completion): LineReader =>
  ofAgentInVisit((visit) => {
    const { visit_id, queue_id, line } = visit;
    const at = wait < 0 ? line.data.length + wait : wait;
    return [
      told(visit, 'queue.completed', {
        visit_id,
        queue_id,
        agent_id: line.agent,
        ended_by: endedBy,
        wait_ms: seconds(line.data[at]),
        connect_ms: seconds(line.data[at + 1]),
        transfer_target: target === undefined ? '' : (line.data[target] ?? ''),
      }),
    ];
  });

/** Lines about callers in queues, by their event. */
export const callerLines: readonly (readonly [string, LineReader])[] = [
  ['ENTERQUEUE', entered],
  ['FULL', refused('full')],
  ['CLOSED', refused('closed')],
  ['JOINEMPTY', refused('no_agents')],
  ['DIVERT_CA_RATIO', refused('divert_ratio')],
  ['DIVERT_HOLDTIME', refused('divert_wait')],
  ['ABANDON', left('abandoned')],
  ['EXITWITHTIMEOUT', left('timeout')],
  ['EXITWITHKEY', left('exit_key', 1)],
  ['EXITEMPTY', left('no_agents')],
  ['LEAVEEMPTY', left('no_agents')],
  ['WITHDRAW', left('withdrawn')],
  ['RINGNOANSWER', offerEnded('no_answer')],
  ['RINGCANCELED', offerEnded('caller_left')],
  ['AGENTDUMP', offerEnded('rejected')],
  ['CONNECT', connected],
  ['COMPLETEAGENT', completed({ endedBy: 'agent', wait: 0 })],
  ['COMPLETECALLER', completed({ endedBy: 'caller', wait: 0 })],
  ['BLINDTRANSFER', completed({ endedBy: 'transfer', wait: 2, target: 0 })],
  ['TRANSFER', completed({ endedBy: 'transfer', wait: 2, target: 0 })],
  ['ATTENDEDTRANSFER', completed({ endedBy: 'transfer', wait: -3 })],
];
