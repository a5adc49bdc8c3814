import type { Event } from '../../schemas/events.ts';
import { cleanText } from '../clean-text.ts';
import { appEntered, appLeft } from './applications.ts';
import { callerLinks, callLinks } from './call-links.ts';
import { type Channel, timeOr } from './channel.ts';
import { legEnded } from './channel-end.ts';
import { textOf } from './headers.ts';
import { legFacts } from './leg-facts.ts';
import { canonicalEvent, type Place } from './native-event.ts';
import { recordingStarted, recordingStopped } from './recordings.ts';

/** The canonical events that a native event of a channel gives. */
export type ChannelEvents = (channel: Channel) => Event[];

const created: ChannelEvents = (channel) => {
  const { native, place, createdAtUs } = channel;
  const { headers } = native;
  const originator = textOf(headers, 'Other-Type') === 'originator' ? place.otherLegId : null;
  return [
    canonicalEvent(native, place, 'leg.created', createdAtUs ?? native.stampUs, {
      leg: legFacts(headers, createdAtUs),
      parent_leg_id: originator ?? (cleanText(textOf(headers, 'variable_originator')) || null),
    }),
    ...callerLinks(channel),
  ];
};

const ringing: ChannelEvents = ({ native, place }) => [
  canonicalEvent(native, place, 'leg.progress', timeOr(native, 'Caller-Channel-Progress-Time'), {
    kind: 'ringing',
    sip_code: null,
  }),
];

const earlyMedia: ChannelEvents = ({ native, place }) => [
  canonicalEvent(native, place, 'leg.progress', timeOr(native, 'Caller-Channel-Progress-Media-Time'), {
    kind: 'early_media',
    sip_code: null,
  }),
];

const answered: ChannelEvents = (channel) => [
  canonicalEvent(
    channel.native,
    channel.place,
    'leg.answered',
    timeOr(channel.native, 'Caller-Channel-Answered-Time'),
    { leg: legFacts(channel.native.headers, channel.createdAtUs), amd: 'unknown' },
  ),
  ...callLinks(channel),
];

const bridged: ChannelEvents = (channel) => {
  const { native, place, createdAtUs } = channel;
  const bridge = bridgeOf(native.headers, place);
  return [
    canonicalEvent(native, bridge.place, 'leg.bridged', bridgedAt(channel), {
      bridge_id: bridge.id,
      bridge_kind: 'talk',
      leg: legFacts(native.headers, createdAtUs),
    }),
    ...callLinks(channel),
  ];
};

/**
 * FreeSWITCH keeps the time of a leg's first bridge, exact and as its CDR has it; the event itself comes a moment
 * later. At a later bridge the header is old, and the event's own time is right.
 */
const bridgedAt = ({ native }: Channel): number => {
  const first = timeOr(native, 'Caller-Channel-Bridged-Time');
  return native.stampUs - first <= 1_000_000 ? first : native.stampUs;
};

const unbridged: ChannelEvents = ({ native, place }) => {
  const bridge = bridgeOf(native.headers, place);
  return [
    canonicalEvent(native, bridge.place, 'leg.unbridged', native.stampUs, {
      bridge_id: bridge.id,
      bridge_kind: 'talk',
    }),
  ];
};

/** FreeSWITCH's bridges have no id of their own: they are their two legs, first the one that called. */
export const bridgeId = (legA: string, legB: string): string => `${legA}/${legB}`;

const bridgeOf = (headers: Channel['native']['headers'], place: Place): { id: string; place: Place } => {
  const legA = cleanText(textOf(headers, 'Bridge-A-Unique-ID')) || (place.legId as string);
  const legB = cleanText(textOf(headers, 'Bridge-B-Unique-ID')) || (place.otherLegId ?? '');
  const otherLegId = (legA === place.legId ? legB : legA) || null;
  return { id: bridgeId(legA, legB), place: { ...place, otherLegId } };
};

const held: ChannelEvents = ({ native, place }) => [
  canonicalEvent(native, place, 'leg.held', native.stampUs, { by_leg_id: place.legId }),
];

const resumed: ChannelEvents = ({ native, place }) => [
  canonicalEvent(native, place, 'leg.resumed', native.stampUs, { by_leg_id: place.legId }),
];

const parked: ChannelEvents = ({ native, place }) => [
  canonicalEvent(native, place, 'app.entered', native.stampUs, { app: 'park', name: 'park', mailbox: '' }),
];

const unparked: ChannelEvents = ({ native, place }) => [
  canonicalEvent(native, place, 'app.left', native.stampUs, { app: 'park', name: 'park' }),
];

/** By `Event-Name`; what is not here says nothing about calls (or, as DTMF, must not be kept). */
export const channelEvents: ReadonlyMap<string, ChannelEvents> = new Map([
  // What a socket application is handed at first: for the leg it controls there is no CHANNEL_CREATE.
  ['CHANNEL_DATA', created],
  ['CHANNEL_CREATE', created],
  ['CHANNEL_PROGRESS', ringing],
  ['CHANNEL_PROGRESS_MEDIA', earlyMedia],
  ['CHANNEL_ANSWER', answered],
  ['CHANNEL_BRIDGE', bridged],
  ['CHANNEL_UNBRIDGE', unbridged],
  ['CHANNEL_HOLD', held],
  ['CHANNEL_UNHOLD', resumed],
  ['CHANNEL_PARK', parked],
  ['CHANNEL_UNPARK', unparked],
  ['CHANNEL_EXECUTE', appEntered],
  ['CHANNEL_EXECUTE_COMPLETE', appLeft],
  ['CHANNEL_HANGUP', legEnded],
  ['CHANNEL_HANGUP_COMPLETE', legEnded],
  ['RECORD_START', recordingStarted],
  ['RECORD_STOP', recordingStopped],
]);
