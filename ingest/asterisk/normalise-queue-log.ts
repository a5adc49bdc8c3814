import { ignored, type Normalised, reject, type Source } from '../dialect.ts';
import { agentLines } from './queue-log-agents.ts';
import { callerLines, type LineReader } from './queue-log-callers.ts';
import { eventNameOf, readQueueLogLine } from './queue-log-line.ts';

/** The canonical events of one line of Asterisk's queue_log, or of one row of its realtime table. */
export const normaliseQueueLog = (record: Readonly<Record<string, unknown>>, source: Source): Normalised => {
  const name = eventNameOf(record);
  if (name === '')
    return reject('MISSING_FIELD', 'event', 'event is missing: send lines of queue_log as Asterisk writes them');
  const reader = queueLogLines.get(name);
  if (reader === undefined) return ignored;
  const read = readQueueLogLine(record, keptData.get(name) ?? [], source);
  return 'rejection' in read ? read : reader(read.line);
};

/** By the line's event; what is not here says nothing about calls or agents. */
export const queueLogLines: ReadonlyMap<string, LineReader> = new Map([...callerLines, ...agentLines]);

const numbered = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, at) => `data${first + at}`);

/** Data that meaning is read from, kept with the events; never the key that a caller pressed. */
const keptData: ReadonlyMap<string, readonly string[]> = new Map(
  [...queueLogLines.keys()].map((name) => {
    if (name === 'ENTERQUEUE' || name.startsWith('AGENT')) return [name, []];
    return [name, name === 'EXITWITHKEY' ? numbered(2, 4) : numbered(1, 6)];
  }),
);
