import { ignored, type Normalised, reject, type Source } from '../dialect.ts';
import { amiApplicationEvents, isTellingApplication } from './ami-applications.ts';
import { amiChannelEvents } from './ami-channels.ts';
import { amiSeconds, amiText, isTimed, readAmiEvent } from './ami-event.ts';
import { amiMemberEvents } from './ami-members.ts';
import { amiQueueEvents } from './ami-queues.ts';
import type { AmiReader } from './ami-reader.ts';
import { amiTransferEvents } from './ami-transfers.ts';
import { isTellingVariable, variableSet } from './ami-variables.ts';
import { otherEvent } from './asterisk-event.ts';
import { normaliseCel } from './normalise-cel.ts';

type Json = Readonly<Record<string, unknown>>;

/** The canonical events of one event of Asterisk's manager. */
export const normaliseAmi = (record: Json, source: Source): Normalised => {
  const name = amiText(record, 'Event');
  if (name === '')
    return reject('MISSING_FIELD', 'Event', 'Event is missing: send events of the manager as Asterisk makes them');
  if (name === 'CEL') return normaliseCel(asCelRow(record), source);
  const reader = amiEvents.get(name);
  if (reader === undefined || mattersIf.get(name)?.(record) === false) return ignored;
  const read = readAmiEvent(record, name, amiKept, source);
  return 'rejection' in read ? read : reader(read.event);
};

/** The manager's Timestamp is exact and of no time zone, EventTime is neither. */
const asCelRow = (record: Json): Json => {
  const timestamp = amiText(record, 'Timestamp');
  return timestamp === '' ? record : { ...record, eventtime: timestamp };
};

/** Every manager that logs in is told how long the switch has been up: that is when it started. */
const booted: AmiReader = (event) => {
  const uptimeMs = amiSeconds(event.fields, 'Uptime');
  if (uptimeMs === null) return { events: [otherEvent(event, '', 'switch.heartbeat', {})] };
  const startedAtUs = event.occurredAtUs - uptimeMs * 1000;
  return { events: [otherEvent({ ...event, occurredAtUs: startedAtUs, precision: 's' }, '', 'switch.started', {})] };
};

/** After it no channel is left. */
const shutDown: AmiReader = (event) => ({ events: [otherEvent(event, '', 'switch.channels', { leg_ids: [] })] });

/** By the name of the event; what is not here says nothing about calls (or, as DTMF, must not be kept). */
export const amiEvents: ReadonlyMap<string, AmiReader> = new Map([
  ...amiChannelEvents,
  ...amiTransferEvents,
  ...amiApplicationEvents,
  ...amiQueueEvents,
  ...amiMemberEvents,
  ['VarSet', variableSet],
  ['FullyBooted', booted],
  ['Shutdown', shutDown],
]);

/** Of events that come by the thousand, those that tell something. */
const mattersIf: ReadonlyMap<string, (record: Json) => boolean> = new Map([
  ['VarSet', (record: Json) => isTellingVariable(amiText(record, 'Variable'))],
  ['Newexten', (record: Json) => isTellingApplication(amiText(record, 'Application'))],
  // Only say again what holds now, whenever that is.
  ['QueueMemberStatus', isTimed],
  ['QueueMember', isTimed],
]);

/** The native fields that meaning is read from, kept with the events. */
export const amiKept = [
  'Application',
  'BridgeTechnology',
  'BridgeType',
  'Cause',
  'Cause-txt',
  'ChannelStateDesc',
  'DestType',
  'DialStatus',
  'Forward',
  'HoldTime',
  'Paused',
  'PausedReason',
  'Reason',
  'Restart',
  'Result',
  'RingTime',
  'TalkTime',
  'TechCause',
  'Uptime',
  'Value',
  'Variable',
] as const;
