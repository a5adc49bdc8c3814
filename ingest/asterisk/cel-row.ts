import type { Rejection } from '../../schemas/rejections.ts';
import type { Precision } from '../../schemas/vocabulary.ts';
import { microsFromIso } from '../../schemas/event-json.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';

/** A row of CEL, whether from a database column, a JSON writer or the manager's event of the same name. */
export type CelRow = {
  source: Source;
  switchId: string;
  type: string;
  occurredAtUs: number;
  precision: Precision;
  uniqueId: string;
  linkedId: string;
  channel: string;
  exten: string;
  context: string;
  number: string;
  name: string;
  app: string;
  appData: string;
  peer: string;
  extra: Readonly<Record<string, unknown>>;
  /** All of it that tells two rows apart. */
  identity: string;
};

type Json = Readonly<Record<string, unknown>>;

/** Columns of cel tables, then fields of the manager, then those of cel_custom's JSON (`format = json`). */
const names = {
  type: ['eventtype', 'EventName', 'event_type'],
  time: ['eventtime', 'EventTime', 'event_time'],
  uniqueId: ['uniqueid', 'UniqueID', 'unique_id'],
  linkedId: ['linkedid', 'LinkedID', 'linked_id'],
  channel: ['channame', 'Channel', 'channel'],
  exten: ['exten', 'Exten'],
  context: ['context', 'Context'],
  number: ['cid_num', 'CallerIDnum', 'num', 'cidnum'],
  name: ['cid_name', 'CallerIDname', 'name', 'cidname'],
  app: ['appname', 'Application'],
  appData: ['appdata', 'AppData'],
  peer: ['peer', 'Peer', 'bridgepeer'],
  extra: ['extra', 'Extra', 'eventextra'],
  systemName: ['systemname', 'SystemName', 'system_name'],
} as const;

const read = (row: Json, name: keyof typeof names): unknown => {
  for (const column of names[name]) if (row[column] !== undefined) return row[column];
  return undefined;
};

const text = (row: Json, name: keyof typeof names): string => {
  const value = read(row, name);
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
};

/** Its event's name; rows of other names need not be read. */
export const celType = (row: Json): string => text(row, 'type');

export const readCelRow = (row: Json, source: Source): { row: CelRow } | { rejection: Rejection } => {
  const uniqueId = cleanText(text(row, 'uniqueId'));
  if (uniqueId === '')
    return reject('MISSING_FIELD', 'uniqueid', 'uniqueid is missing: send it with every row, and linkedid too');
  const named = switchOf(source, cleanText(text(row, 'systemName')) || systemOf(uniqueId), 'systemname');
  if ('rejection' in named) return named;
  const time = text(row, 'time').trim();
  if (time === '') return reject('MISSING_FIELD', 'eventtime', 'eventtime is missing: send it with every row');
  const occurredAtUs = celInstant(time);
  const refused = timeRejection(occurredAtUs, 'eventtime', source.observedAtUs);
  if (refused !== null) return refused;
  const linkedId = cleanText(text(row, 'linkedId')) || uniqueId;
  const startedAtUs = idInstant(linkedId);
  const unbelievable = startedAtUs === null ? null : timeRejection(startedAtUs, 'linkedid', source.observedAtUs);
  if (unbelievable !== null) return unbelievable;
  const extra = read(row, 'extra');
  const [type, channel, app, appData, peer] = (['type', 'channel', 'app', 'appData', 'peer'] as const).map((name) =>
    cleanText(text(row, name)),
  ) as [string, string, string, string, string];
  const fields = { type, channel, app, appData, peer, uniqueId, linkedId };
  return {
    row: {
      ...fields,
      source,
      switchId: named.switchId,
      occurredAtUs,
      precision: time.includes('.') ? 'us' : 's',
      exten: cleanText(text(row, 'exten')),
      context: cleanText(text(row, 'context')),
      number: cleanText(text(row, 'number')),
      name: cleanText(text(row, 'name')),
      extra: extraOf(extra),
      identity: [
        occurredAtUs,
        ...Object.values(fields),
        typeof extra === 'string' ? extra : JSON.stringify(extra),
      ].join('\0'),
    },
  };
};

/** Where asterisk.conf has a systemname, ids begin with it: `pbx1-1434650936.31`. */
const systemOf = (uniqueId: string): string => uniqueId.slice(0, Math.max(0, uniqueId.lastIndexOf('-')));

/** `extra` is JSON in a text; a row whose extra is broken is still a row. */
const extraOf = (extra: unknown): Json => {
  if (typeof extra === 'object' && extra !== null) return extra as Json;
  if (typeof extra !== 'string' || !extra.startsWith('{')) return {};
  try {
    return JSON.parse(extra) as Json;
  } catch {
    return {};
  }
};

/** A text of `extra`, empty where it is missing or no text. */
export const extraText = ({ extra }: CelRow, name: string): string => {
  const value = extra[name];
  return typeof value === 'string' ? cleanText(value) : '';
};

/** µs of `2015-06-18 14:08:56.910686`, with or without offset (then UTC), or of `1434636536.910686`; NaN for others. */
export const celInstant = (time: string): number => {
  if (time.charCodeAt(4) === 0x2d) {
    const us = microsFromIso(time);
    return Number.isNaN(us) ? microsFromIso(`${time}Z`) : us;
  }
  const parts = /^(\d{1,12})(?:\.(\d{0,9}))?$/.exec(time);
  if (parts === null) return Number.NaN;
  const [, seconds, fraction = ''] = parts;
  return Number(seconds) * 1_000_000 + Number(fraction.slice(0, 6).padEnd(6, '0'));
};

/** The instant in an id `epoch.counter`: its second, and the counter as µs so that ids of one second keep their order. */
export const idInstant = (id: string): number | null => {
  const parts = /(?:^|-)(\d{9,10})\.(\d{1,12})$/.exec(id);
  return parts === null ? null : Number(parts[1]) * 1_000_000 + (Number(parts[2]) % 1_000_000);
};
