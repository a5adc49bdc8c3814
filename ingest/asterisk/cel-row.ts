import type { Rejection } from '../../schemas/rejections.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { keptFields } from '../kept-fields.ts';
import type { Origin } from './asterisk-event.ts';
import { asteriskInstant, idInstant, systemOf } from './asterisk-ids.ts';
import type { Channel } from './channel-facts.ts';

/** A row of CEL, whether from a database column, a JSON writer or the manager's event of the same name. */
export type CelRow = Origin &
  Channel & {
    app: string;
    appData: string;
    /** What Asterisk adds to some events, as JSON. */
    details: Readonly<Record<string, unknown>>;
  };

type Json = Readonly<Record<string, unknown>>;

/** Columns of cel tables, then fields of the manager, then those of cel_custom's JSON (`format = json`). */
const names = {
  type: ['eventtype', 'EventName', 'event_type'],
  userType: ['userdeftype', 'UserDefType', 'user_def_type'],
  time: ['eventtime', 'EventTime', 'event_time'],
  uniqueId: ['uniqueid', 'UniqueID', 'unique_id'],
  linkedId: ['linkedid', 'LinkedID', 'linked_id'],
  channel: ['channame', 'Channel', 'channel'],
  exten: ['exten', 'Exten'],
  context: ['context', 'Context'],
  callerNumber: ['cid_num', 'CallerIDnum', 'num', 'cidnum'],
  callerName: ['cid_name', 'CallerIDname', 'name', 'cidname'],
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

/** Its event's name, of one that a dialplan made that name; rows of other names need not be read. */
export const celType = (row: Json): string => {
  const type = text(row, 'type');
  return type === 'USER_DEFINED' ? text(row, 'userType') || type : type;
};

export const readCelRow = (row: Json, source: Source): { row: CelRow } | { rejection: Rejection } => {
  const uniqueId = cleanText(text(row, 'uniqueId'));
  if (uniqueId === '')
    return reject('MISSING_FIELD', 'uniqueid', 'uniqueid is missing: send it with every row, and linkedid too');
  const named = switchOf(source, cleanText(text(row, 'systemName')) || systemOf(uniqueId), 'systemname');
  if ('rejection' in named) return named;
  const time = text(row, 'time').trim();
  if (time === '') return reject('MISSING_FIELD', 'eventtime', 'eventtime is missing: send it with every row');
  const occurredAtUs = asteriskInstant(time);
  const refused = timeRejection(occurredAtUs, 'eventtime', source.observedAtUs);
  if (refused !== null) return refused;
  const linkedId = cleanText(text(row, 'linkedId')) || uniqueId;
  const startedAtUs = idInstant(linkedId);
  const unbelievable = startedAtUs === null ? null : timeRejection(startedAtUs, 'linkedid', source.observedAtUs);
  if (unbelievable !== null) return unbelievable;
  const [eventName, channel, app, appData, peer] = (['type', 'channel', 'app', 'appData', 'peer'] as const).map(
    (name) => cleanText(text(row, name)),
  ) as [string, string, string, string, string];
  const extra = read(row, 'extra');
  const details = detailsOf(extra);
  return {
    row: {
      source,
      switchId: named.switchId,
      eventName,
      seq: null,
      occurredAtUs,
      precision: time.includes('.') ? 'us' : 's',
      identity: [
        occurredAtUs,
        eventName,
        channel,
        app,
        appData,
        peer,
        uniqueId,
        linkedId,
        typeof extra === 'string' ? extra : JSON.stringify(extra),
      ].join('\0'),
      extra: keptFields(celKept, (name) => details[name]),
      uniqueId,
      linkedId,
      channel,
      exten: cleanText(text(row, 'exten')),
      context: cleanText(text(row, 'context')),
      callerNumber: cleanText(text(row, 'callerNumber')),
      callerName: cleanText(text(row, 'callerName')),
      app,
      appData,
      details,
    },
  };
};

/** The details that a row's meaning is read from, kept with its event. */
export const celKept = [
  'bridge_technology',
  'dialstatus',
  'extension',
  'forward',
  'hangupcause',
  'hangupsource',
  'parking_lot',
  'reason',
] as const;

/** `extra` is JSON in a text; a row whose extra is broken is still a row. */
const detailsOf = (extra: unknown): Json => {
  if (typeof extra === 'object' && extra !== null) return extra as Json;
  if (typeof extra !== 'string' || !extra.startsWith('{')) return {};
  try {
    return JSON.parse(extra) as Json;
  } catch {
    return {};
  }
};

/** A text among the details, empty where it is missing or no text. */
export const detailText = ({ details }: CelRow, name: string): string => {
  const value = details[name];
  return typeof value === 'string' ? cleanText(value) : '';
};
