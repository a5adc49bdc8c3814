import type { Rejection } from '../../schemas/rejections.ts';
import { untimedMark } from '../../schemas/untimed.ts';
import type { Precision } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { keptFields } from '../kept-fields.ts';
import type { Origin } from './asterisk-event.ts';
import { asteriskInstant, idInstant, systemOf } from './asterisk-ids.ts';
import type { Channel } from './channel-facts.ts';

type Json = Readonly<Record<string, unknown>>;

/** An event of the manager. */
export type AmiEvent = Origin & { fields: Json };

/** A field's text as it may be stored; empty where it is missing or Asterisk does not know it. */
export const amiText = (fields: Json, name: string, limit?: number): string => {
  const value = fields[name];
  const text = typeof value === 'string' ? cleanText(value, limit) : typeof value === 'number' ? String(value) : '';
  return text === '<unknown>' || text === '<none>' ? '' : text;
};

/** A whole number ≥ 0; null for others. */
export const amiCount = (fields: Json, name: string): number | null => {
  const text = amiText(fields, name);
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
};

/** Spans the manager tells in whole seconds, in ms. */
export const amiSeconds = (fields: Json, name: string): number | null => {
  const seconds = amiCount(fields, name);
  return seconds === null ? null : seconds * 1000;
};

/** The channel that fields with a prefix (`Dest`, `Transferee`, …) describe; null where there is none. */
export const amiChannel = (fields: Json, prefix = ''): Channel | null => {
  const uniqueId = amiText(fields, `${prefix}Uniqueid`) || amiText(fields, `${prefix}UniqueID`);
  if (uniqueId === '') return null;
  return {
    uniqueId,
    linkedId: amiText(fields, `${prefix}Linkedid`) || amiText(fields, `${prefix}LinkedID`) || uniqueId,
    channel: amiText(fields, `${prefix}Channel`),
    exten: amiText(fields, `${prefix}Exten`),
    context: amiText(fields, `${prefix}Context`),
    callerNumber: amiText(fields, `${prefix}CallerIDNum`),
    callerName: amiText(fields, `${prefix}CallerIDName`),
  };
};

export const readAmiEvent = (
  fields: Json,
  eventName: string,
  kept: readonly string[],
  source: Source,
): { event: AmiEvent } | { rejection: Rejection } => {
  const ids = idsOf(fields);
  const system = amiText(fields, 'SystemName') || systemOf(ids[0]?.id ?? '');
  const named = switchOf(source, system, 'SystemName');
  if ('rejection' in named) return named;
  for (const { name, startedAtUs } of ids) {
    const refused = timeRejection(startedAtUs, name, source.observedAtUs);
    if (refused !== null) return refused;
  }
  const time = timeOf(fields, ids);
  if ('rejection' in time) return time;
  const refused = timeRejection(time.occurredAtUs, time.field, source.observedAtUs);
  if (refused !== null) return refused;
  return {
    event: {
      source,
      switchId: named.switchId,
      eventName,
      seq: amiCount(fields, 'SequenceNumber'),
      occurredAtUs: time.occurredAtUs,
      precision: time.precision,
      identity: identityOf(fields),
      extra: { ...keptFields(kept, (name) => fields[name]), ...time.mark },
      fields,
    },
  };
};

/** Whoever received an event without a time of its own says when in `ReceivedAt`: that is no part of the event. */
const receivedAt = 'ReceivedAt';

/** Whether an event says when it happened or at least when it was received. */
export const isTimed = (fields: Json): boolean => fields['Timestamp'] !== undefined || fields[receivedAt] !== undefined;

/** A manager's session may tell an event again: the same fields are the same event. */
const identityOf = (fields: Json): string =>
  Object.keys(fields)
    .filter((name) => name !== receivedAt)
    .sort()
    .map((name) => `${name}\0${typeof fields[name] === 'string' ? fields[name] : JSON.stringify(fields[name])}`)
    .join('\0');

type ChannelId = { name: string; id: string; startedAtUs: number };

/** The ids of channels in an event, whichever part each plays, with the instants in them. */
const idsOf = (fields: Json): ChannelId[] =>
  Object.keys(fields).flatMap((name) => {
    if (!/(?:unique|linked)id$/i.test(name)) return [];
    const id = amiText(fields, name);
    const startedAtUs = idInstant(id);
    return startedAtUs === null ? [] : [{ name, id, startedAtUs }];
  });

type Time = {
  occurredAtUs: number;
  precision: Precision;
  field: string;
  mark: Readonly<Record<string, string>>;
};

/** By the switch's clock where it tells that (`timestampevents=yes`), else by the receiver's, else by what must have been. */
const timeOf = (fields: Json, ids: readonly ChannelId[]): Time | { rejection: Rejection } => {
  for (const [field, precision] of [
    ['Timestamp', 'us'],
    [receivedAt, 'receipt'],
  ] as const) {
    const text = amiText(fields, field);
    if (text !== '') return { occurredAtUs: asteriskInstant(text), precision, field, mark: {} };
  }
  const earliest = earliestUs(fields, ids);
  if (earliest !== null) return { occurredAtUs: earliest, precision: 'receipt', field: 'Uniqueid', mark: untimedMark };
  return reject(
    'MISSING_FIELD',
    'Timestamp',
    'Timestamp is missing, and no id of a channel tells the time: set timestampevents=yes in manager.conf',
  );
};

/** After every channel it names began; a queue also tells how long it let ring, wait and talk. */
const earliestUs = (fields: Json, ids: readonly ChannelId[]): number | null => {
  if (ids.length === 0) return null;
  const spanUs = (name: string): number => (amiSeconds(fields, name) ?? 0) * 1000;
  const began = (name: string): number => idInstant(amiText(fields, name)) ?? 0;
  // AgentRingNoAnswer tells its ring in ms, and comes when the ringing is over.
  const ringUs = spanUs('RingTime') / (amiText(fields, 'Event') === 'AgentRingNoAnswer' ? 1000 : 1);
  return Math.max(
    ...ids.map(({ startedAtUs }) => startedAtUs),
    began('DestUniqueid') + ringUs,
    began('Uniqueid') + spanUs('HoldTime') + spanUs('TalkTime'),
  );
};
