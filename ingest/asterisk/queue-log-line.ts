import type { Rejection } from '../../schemas/rejections.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { keptFields } from '../kept-fields.ts';
import type { TextForm } from '../text-form.ts';
import type { ChannelIds, Origin } from './asterisk-event.ts';
import { asteriskInstant, idInstant, systemOf } from './asterisk-ids.ts';

type Json = Readonly<Record<string, unknown>>;

/** A line of queue_log. */
export type QueueLogLine = Origin & {
  /** The caller's channel, null where the line is about no call. */
  caller: ChannelIds | null;
  queue: string;
  agent: string;
  /** What the event tells besides, in its order. */
  data: readonly string[];
};

const columns = ['time', 'callid', 'queuename', 'agent', 'event'] as const;

/** Lines as Asterisk writes them: `time|callid|queue|agent|event|data…`. */
export const queueLogText: TextForm = {
  contentTypes: ['text/plain'],
  split: (body) => {
    const text = body.toString('latin1');
    return [...text.matchAll(/[^\r\n]+/g)].flatMap((found) => {
      const [line] = found;
      if (line.trim() === '' || line.startsWith('#')) return [];
      return [{ start: found.index, end: found.index + line.length, ...readLine(line) }];
    });
  },
};

const readLine = (line: string): { value: Json } | { rejection: Rejection } => {
  const fields = Buffer.from(line, 'latin1')
    .toString('utf8')
    .split('|')
    .map((field) => field.trim());
  if (fields.length < columns.length)
    return reject('MALFORMED_LINE', '', 'the line has fewer than 5 fields: send time|callid|queue|agent|event|data…');
  const data = fields.slice(columns.length).map((field, at) => [`data${at + 1}`, field] as const);
  return { value: Object.fromEntries([...columns.map((name, at) => [name, fields[at] ?? ''] as const), ...data]) };
};

const textOf = (record: Json, name: string): string => {
  const value = record[name];
  if (typeof value === 'string') return cleanText(value);
  return typeof value === 'number' ? String(value) : '';
};

/** Older realtime tables have all data in one column. */
const dataOf = (record: Json): string[] => {
  const whole = textOf(record, 'data');
  if (whole !== '') return whole.split('|');
  const data: string[] = [];
  for (let at = 1; at <= mostData && record[`data${at}`] !== undefined; at++) data.push(textOf(record, `data${at}`));
  return data;
};

const mostData = 12;

export const eventNameOf = (record: Json): string => textOf(record, 'event');

/** `NONE` and others (`MANAGER`, `REALTIME`, `CLI`) stand where no call is meant. */
const noCall = /^(?:NONE|MANAGER|REALTIME|CLI)?$/;

export const readQueueLogLine = (
  record: Json,
  kept: readonly string[],
  source: Source,
): { line: QueueLogLine } | { rejection: Rejection } => {
  const callid = textOf(record, 'callid');
  const uniqueId = noCall.test(callid) ? '' : callid;
  const named = switchOf(source, textOf(record, 'systemname') || systemOf(uniqueId), 'systemname');
  if ('rejection' in named) return named;
  const time = textOf(record, 'time');
  if (time === '') return reject('MISSING_FIELD', 'time', 'time is missing: send it with every line');
  const occurredAtUs = asteriskInstant(time);
  const refused =
    timeRejection(occurredAtUs, 'time', source.observedAtUs) ??
    timeRejection(idInstant(uniqueId) ?? occurredAtUs, 'callid', source.observedAtUs);
  if (refused !== null) return refused;
  const eventName = eventNameOf(record);
  const [queue, agent] = [nameOf(record, 'queuename'), nameOf(record, 'agent')];
  const data = dataOf(record);
  return {
    line: {
      source,
      switchId: named.switchId,
      eventName,
      seq: null,
      occurredAtUs,
      precision: time.includes('.') ? 'us' : 's',
      identity: [occurredAtUs, callid, queue, agent, eventName, ...data].join('\0'),
      extra: keptFields(kept, (name) => data[Number(name.slice('data'.length)) - 1]),
      caller: uniqueId === '' ? null : { uniqueId, linkedId: uniqueId },
      queue,
      agent,
      data,
    },
  };
};

const nameOf = (record: Json, name: string): string => {
  const text = textOf(record, name);
  return text === 'NONE' ? '' : text;
};
