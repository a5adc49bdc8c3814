import { type Channel, channelHeaders, otherLegHeaders, totalHeaders } from './channel.ts';
import type { Party, Switch } from './company.ts';
import type { Random } from './random.ts';

/** An event as FreeSWITCH's event socket gives it in JSON. */
export type NativeEvent = Readonly<Record<string, string>>;
export type TimedEvent = { atUs: number; event: NativeEvent };

export type NewChannel = Pick<Channel, 'direction' | 'profile' | 'caller' | 'destination' | 'peerAddress'>;

/** A call in a switch: does things to channels and notes the events that the switch would send of it. */
export type SwitchCall = {
  rootUuid: string;
  events: TimedEvent[];
  channels: Channel[];
  create: (atUs: number, channel: NewChannel, originator?: Channel) => Channel;
  ring: (atUs: number, channel: Channel) => void;
  earlyMedia: (atUs: number, channel: Channel) => void;
  answer: (atUs: number, channel: Channel) => void;
  bridge: (atUs: number, a: Channel, b: Channel) => void;
  hold: (atUs: number, channel: Channel) => void;
  resume: (atUs: number, channel: Channel) => void;
  unbridge: (atUs: number, a: Channel, b: Channel) => void;
  hangUp: (atUs: number, channel: Channel, end: HangUp) => void;
  startRecording: (atUs: number, channel: Channel, path: string) => void;
  stopRecording: (atUs: number, channel: Channel, path: string, recordedMs: number) => void;
  /** An event of mod_callcenter; with a channel's headers where the module has one at hand. */
  queueEvent: (atUs: number, headers: NativeEvent, channel?: Channel) => void;
};

export type HangUp = { cause: string; disposition: string; sipStatus?: number };

/** The switch counts its events; here the count is the time since 2000, so it needs no memory. */
const countedSinceUs = 946_684_800_000_000;
/** CHANNEL_HANGUP_COMPLETE follows CHANNEL_HANGUP. */
const reportingDelayUs = 2000;

const newChannel = (random: Random, at: Switch, rootUuid: string, atUs: number, channel: NewChannel): Channel => ({
  ...channel,
  uuid: rootUuid,
  rootUuid,
  switch: at,
  sipCallId: `${random.uuid()}@${channel.peerAddress}`,
  sessionId: random.integer(1, 99_999),
  createdAt: atUs,
  progressAt: 0,
  progressMediaAt: 0,
  answeredAt: 0,
  bridgedAt: 0,
  hangupAt: 0,
  lastHoldAt: 0,
  holdAccumUs: 0,
  hangupCause: '',
  hangupDisposition: '',
  sipStatus: null,
});

type Tell = (atUs: number, name: string, channel: Channel, extra?: NativeEvent) => void;

export const startSwitchCall = (random: Random, at: Switch, coreUuid: string): SwitchCall => {
  const events: TimedEvent[] = [];
  const channels: Channel[] = [];
  const rootUuid = random.uuid();
  const emit = (atUs: number, name: string, headers: NativeEvent): void => {
    events.push({ atUs, event: { ...coreHeaders(name, at, coreUuid, atUs), ...headers } });
  };
  const tell: Tell = (atUs, name, channel, extra = {}) => emit(atUs, name, { ...channelHeaders(channel), ...extra });
  return {
    rootUuid,
    events,
    channels,
    create: (atUs, wanted, originator) => {
      const channel = newChannel(random, at, rootUuid, atUs, wanted);
      if (originator !== undefined) channel.uuid = random.uuid();
      channels.push(channel);
      tell(atUs, 'CHANNEL_CREATE', channel, originator && otherLegHeaders(originator, 'originator'));
      return channel;
    },
    ...channelActions(tell),
    ...bridgeActions(tell),
    queueEvent: (atUs, headers, channel) =>
      emit(atUs, 'CUSTOM', {
        'Event-Subclass': 'callcenter::info',
        ...(channel && channelHeaders(channel)),
        ...headers,
      }),
  };
};

const channelActions = (tell: Tell): Pick<SwitchCall, 'ring' | 'earlyMedia' | 'answer' | 'hangUp'> => ({
  ring: (atUs, channel) => {
    channel.progressAt = atUs;
    tell(atUs, 'CHANNEL_PROGRESS', channel);
  },
  earlyMedia: (atUs, channel) => {
    channel.progressMediaAt = atUs;
    tell(atUs, 'CHANNEL_PROGRESS_MEDIA', channel);
  },
  answer: (atUs, channel) => {
    channel.answeredAt = atUs;
    tell(atUs, 'CHANNEL_ANSWER', channel);
  },
  hangUp: (atUs, channel, { cause, disposition, sipStatus }) => {
    channel.hangupAt = atUs;
    channel.hangupCause = cause;
    channel.hangupDisposition = disposition;
    channel.sipStatus = sipStatus ?? null;
    tell(atUs, 'CHANNEL_HANGUP', channel, { 'Hangup-Cause': cause });
    tell(atUs + reportingDelayUs, 'CHANNEL_HANGUP_COMPLETE', channel, totalHeaders(channel));
  },
});

type BridgeActions = Pick<SwitchCall, 'bridge' | 'unbridge' | 'hold' | 'resume' | 'startRecording' | 'stopRecording'>;

const bridgeActions = (tell: Tell): BridgeActions => ({
  bridge: (atUs, a, b) => {
    a.bridgedAt = atUs;
    b.bridgedAt = atUs;
    tell(atUs, 'CHANNEL_BRIDGE', a, bridgeHeaders(a, b));
  },
  unbridge: (atUs, a, b) => tell(atUs, 'CHANNEL_UNBRIDGE', a, bridgeHeaders(a, b)),
  hold: (atUs, channel) => {
    channel.lastHoldAt = atUs;
    tell(atUs, 'CHANNEL_HOLD', channel);
  },
  resume: (atUs, channel) => {
    channel.holdAccumUs += atUs - channel.lastHoldAt;
    tell(atUs, 'CHANNEL_UNHOLD', channel);
  },
  startRecording: (atUs, channel, path) => tell(atUs, 'RECORD_START', channel, { 'Record-File-Path': path }),
  stopRecording: (atUs, channel, path, recordedMs) =>
    tell(atUs, 'RECORD_STOP', channel, {
      'Record-File-Path': path,
      'Record-Completion-Cause': 'hangup',
      variable_record_ms: String(recordedMs),
    }),
});

const bridgeHeaders = (a: Channel, b: Channel): NativeEvent => ({
  'Bridge-A-Unique-ID': a.uuid,
  'Bridge-B-Unique-ID': b.uuid,
  ...otherLegHeaders(b, 'originatee'),
});

const coreHeaders = (name: string, at: Switch, coreUuid: string, atUs: number): NativeEvent => {
  const date = new Date(Math.floor(atUs / 1000));
  return {
    'Event-Name': name,
    'Core-UUID': coreUuid,
    'FreeSWITCH-Hostname': at.name,
    'FreeSWITCH-Switchname': at.name,
    'FreeSWITCH-IPv4': at.address,
    'Event-Date-GMT': date.toUTCString(),
    'Event-Date-Timestamp': String(atUs),
    'Event-Sequence': String(atUs - countedSinceUs),
  };
};

/** Somebody on the telephone network, seen from the switch. */
export const fromCarrier = (caller: Party, destination: string, carrier: string): NewChannel => ({
  direction: 'inbound',
  profile: 'external',
  caller,
  destination,
  peerAddress: carrier,
});

export const toCarrier = (caller: Party, destination: string, carrier: string): NewChannel => ({
  ...fromCarrier(caller, destination, carrier),
  direction: 'outbound',
});

/** A telephone of the company, seen from the switch. */
export const fromPhone = (caller: Party, destination: string): NewChannel => ({
  direction: 'inbound',
  profile: 'internal',
  caller,
  destination,
  peerAddress: phoneAddress(caller.number),
});

export const toPhone = (caller: Party, extension: string): NewChannel => ({
  direction: 'outbound',
  profile: 'internal',
  caller,
  destination: extension,
  peerAddress: phoneAddress(extension),
});

const phoneAddress = (extension: string): string => `192.0.2.${100 + Number(extension.slice(-2))}`;
