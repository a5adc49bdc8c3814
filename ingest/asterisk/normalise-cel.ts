import type { Event } from '../../schemas/events.ts';
import { q850Of } from '../../schemas/q850.ts';
import type { BridgeKind, EndedBy } from '../../schemas/vocabulary.ts';
import { ignored, type Normalised, reject, type Source } from '../dialect.ts';
import { causeName } from '../q850-causes.ts';
import { callEvent, callsLinked, channelEvent } from './asterisk-event.ts';
import { appEntered, appLeft, roomNamed } from './cel-applications.ts';
import { recordingStarted, recordingStopped } from './cel-recordings.ts';
import { type CelRow, celType, detailText, readCelRow } from './cel-row.ts';
import {
  attendedTransfer,
  blindTransfer,
  forwarded,
  forwardedByDialplan,
  parked,
  pickedUp,
  unparked,
} from './cel-transfers.ts';
import { channelFacts } from './channel-facts.ts';

/** The canonical events of one row of Asterisk's channel event logging. */
export const normaliseCel = (record: Readonly<Record<string, unknown>>, source: Source): Normalised => {
  const type = celType(record);
  if (type === '')
    return reject('MISSING_FIELD', 'eventtype', 'eventtype is missing: send rows of CEL as Asterisk writes them');
  const events = celEvents.get(type);
  if (events === undefined) return ignored;
  const read = readCelRow(record, source);
  if ('rejection' in read) return read;
  const told = events(read.row);
  return told.length === 0 && isOfRecorder(type) ? recorderUnknown : { events: told };
};

const isOfRecorder = (type: string): boolean => type.startsWith('MIXMONITOR_');

/** The call does without this row; a recording that nobody can find must not be lost silently. */
const recorderUnknown = reject(
  'MISSING_FIELD',
  'extra',
  'extra names no mixmonitor_id, or no filename at the start: send it as Asterisk wrote it, a JSON object',
);

type CelEvents = (row: CelRow) => Event[];

const created: CelEvents = (row) => [
  channelEvent(row, row, 'leg.created', { leg: channelFacts(row, row.occurredAtUs), parent_leg_id: null }),
];

const answered: CelEvents = (row) => [
  channelEvent(row, row, 'leg.answered', { leg: channelFacts(row, null), amd: 'unknown' }),
];

/** Applications by which a channel that began a call of its own comes into the bridge of another's. */
const joiningApps: ReadonlySet<string> = new Set(['parkedcall', 'pickup', 'pickupchan', 'bridge', 'stasis']);

/** In a bridge all channels take the id of the oldest call: here what the channel said before is joined to that. */
const callJoined = (row: CelRow): Event[] =>
  joiningApps.has(row.app.toLowerCase())
    ? callsLinked(row, row.uniqueId, { uniqueId: row.linkedId, linkedId: row.linkedId }, 'bridge')
    : [];

const bridged: CelEvents = (row) => [
  channelEvent(row, row, 'leg.bridged', {
    bridge_id: bridgeId(row),
    bridge_kind: bridgeKind(row),
    leg: channelFacts(row, null),
  }),
  ...callJoined(row),
];

const unbridged: CelEvents = (row) => [
  channelEvent(row, row, 'leg.unbridged', { bridge_id: bridgeId(row), bridge_kind: bridgeKind(row) }),
];

/** Before Asterisk 12 bridges had no ids: whoever of a call talks then is in one. */
const bridgeId = (row: CelRow): string => detailText(row, 'bridge_id') || row.linkedId;

const bridgeKind = (row: CelRow): BridgeKind => {
  if (row.eventName.startsWith('CONF_')) return 'conference';
  const technology = detailText(row, 'bridge_technology');
  if (technology === 'holding_bridge') return 'hold';
  return technology === 'softmix' ? 'conference' : 'talk';
};

/** HANGUP knows the cause, CHAN_END is when the channel was gone. */
const ended: CelEvents = (row) => {
  const cause = Number(row.details['hangupcause'] ?? 0);
  const known = Number.isSafeInteger(cause) && cause > 0;
  return [
    channelEvent(row, row, 'leg.ended', {
      cause_q850: q850Of(null, known ? cause : null),
      sip_code: null,
      cause_native: known ? causeName(cause) : '',
      ended_by: endedBy(row),
      leg: channelFacts(row, null),
      totals: null,
    }),
  ];
};

/**
 * `hangupsource` names the channel whose far end hung up. Where it names none, a caller's last dial tells whether the
 * caller gave it up (CANCEL) or the dialplan went on when nobody had answered.
 */
const endedBy = (row: CelRow): EndedBy => {
  const hangupSource = detailText(row, 'hangupsource');
  if (hangupSource === '') return endedByDial.get(detailText(row, 'dialstatus')) ?? 'unknown';
  if (hangupSource === row.channel) return 'far';
  return hangupSource.startsWith('dialplan/') ? 'switch' : 'near';
};

/** What a dialplan says by `CELGenUserEvent(CALL_BLOCKED,reason)` when it screens a caller out. */
const blocked: CelEvents = (row) => [callEvent(row, row, 'call.blocked', { reason: detailText(row, 'extra') })];

const endedByDial: ReadonlyMap<string, EndedBy> = new Map([
  ['CANCEL', 'far'],
  ['NOANSWER', 'switch'],
  ['BUSY', 'switch'],
  ['CONGESTION', 'switch'],
  ['CHANUNAVAIL', 'switch'],
]);

const callEnded: CelEvents = (row) => [callEvent(row, row, 'call.ended', { reason: 'linkedid_end' })];

export const celEvents: ReadonlyMap<string, CelEvents> = new Map([
  ['CHAN_START', created],
  ['ANSWER', answered],
  ['BRIDGE_ENTER', bridged],
  ['BRIDGE_EXIT', unbridged],
  ['BRIDGE_START', bridged],
  ['BRIDGE_END', unbridged],
  ['CONF_ENTER', bridged],
  ['CONF_EXIT', unbridged],
  ['HANGUP', ended],
  ['CHAN_END', ended],
  ['LINKEDID_END', callEnded],
  ['APP_START', appEntered],
  ['APP_END', appLeft],
  ['BLINDTRANSFER', blindTransfer],
  ['ATTENDEDTRANSFER', attendedTransfer],
  ['PICKUP', pickedUp],
  ['FORWARD', forwarded],
  ['XIVO_USER_FWD', forwardedByDialplan],
  ['CALL_BLOCKED', blocked],
  ['WAZO_CONFERENCE', roomNamed('conference')],
  ['WAZO_MEETING_NAME', roomNamed('meeting')],
  ['PARK_START', parked],
  ['PARK_END', unparked],
  // A patch of Wazo; Asterisk itself writes no rows for recordings.
  ['MIXMONITOR_START', recordingStarted],
  ['MIXMONITOR_STOP', recordingStopped],
]);
