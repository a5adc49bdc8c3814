import type { Party, Switch } from './company.ts';

/** One channel of a simulated FreeSWITCH. Instants in µs, 0 where it has not happened, as the switch has it. */
export type Channel = {
  uuid: string;
  /** Channel-Call-UUID: the first channel of the call. */
  rootUuid: string;
  switch: Switch;
  /** FreeSWITCH's view: a call that comes in is inbound, wherever it comes from. */
  direction: 'inbound' | 'outbound';
  profile: 'internal' | 'external';
  caller: Party;
  destination: string;
  peerAddress: string;
  sipCallId: string;
  sessionId: number;
  createdAt: number;
  progressAt: number;
  progressMediaAt: number;
  answeredAt: number;
  bridgedAt: number;
  hangupAt: number;
  lastHoldAt: number;
  holdAccumUs: number;
  hangupCause: string;
  /** Who ended it and how, in mod_sofia's words. */
  hangupDisposition: string;
  sipStatus: number | null;
};

export const channelName = ({ profile, direction, caller, destination, peerAddress }: Channel): string =>
  direction === 'inbound'
    ? `sofia/${profile}/${caller.number}@${peerAddress}`
    : `sofia/${profile}/${profile === 'internal' ? 'sip:' : ''}${destination}@${peerAddress}`;

const stateOf = ({ answeredAt, hangupAt }: Channel): readonly [string, string, string] => {
  if (hangupAt > 0) return ['CS_HANGUP', 'HANGUP', 'hangup'];
  return answeredAt > 0 ? ['CS_EXECUTE', 'ACTIVE', 'answered'] : ['CS_ROUTING', 'RINGING', 'ringing'];
};

/** The headers that FreeSWITCH puts into every event of a channel. */
export const channelHeaders = (channel: Channel): Readonly<Record<string, string>> => {
  const [state, callState, answerState] = stateOf(channel);
  const { caller, direction, uuid } = channel;
  return {
    'Channel-State': state,
    'Channel-Call-State': callState,
    'Channel-Name': channelName(channel),
    'Unique-ID': uuid,
    'Call-Direction': direction,
    'Presence-Call-Direction': direction,
    'Channel-Call-UUID': channel.rootUuid,
    'Answer-State': answerState,
    'Channel-Read-Codec-Name': 'PCMA',
    'Channel-Read-Codec-Rate': '8000',
    'Caller-Direction': direction,
    'Caller-Username': caller.number,
    'Caller-Dialplan': 'XML',
    'Caller-Caller-ID-Name': caller.name,
    'Caller-Caller-ID-Number': caller.number,
    'Caller-Network-Addr': channel.peerAddress,
    'Caller-ANI': caller.number,
    'Caller-Destination-Number': channel.destination,
    'Caller-Unique-ID': uuid,
    'Caller-Source': 'mod_sofia',
    'Caller-Context': channel.profile === 'external' ? 'public' : 'default',
    'Caller-Channel-Name': channelName(channel),
    'Caller-Profile-Created-Time': String(channel.createdAt),
    'Caller-Channel-Created-Time': String(channel.createdAt),
    'Caller-Channel-Answered-Time': String(channel.answeredAt),
    'Caller-Channel-Progress-Time': String(channel.progressAt),
    'Caller-Channel-Progress-Media-Time': String(channel.progressMediaAt),
    'Caller-Channel-Hangup-Time': String(channel.hangupAt),
    'Caller-Channel-Transfer-Time': '0',
    'Caller-Channel-Bridged-Time': String(channel.bridgedAt),
    'Caller-Channel-Last-Hold': String(channel.lastHoldAt),
    'Caller-Channel-Hold-Accum': String(channel.holdAccumUs),
    'Caller-Privacy-Hide-Name': 'false',
    'Caller-Privacy-Hide-Number': 'false',
    variable_direction: direction,
    variable_uuid: uuid,
    variable_call_uuid: channel.rootUuid,
    variable_session_id: String(channel.sessionId),
    variable_sip_call_id: channel.sipCallId,
    variable_sofia_profile_name: channel.profile,
    variable_sip_network_ip: channel.peerAddress,
  };
};

/** What the other leg of a pair is to this one. */
export const otherLegHeaders = (
  other: Channel,
  type: 'originator' | 'originatee',
): Readonly<Record<string, string>> => ({
  'Other-Type': type,
  'Other-Leg-Direction': other.direction,
  'Other-Leg-Caller-ID-Name': other.caller.name,
  'Other-Leg-Caller-ID-Number': other.caller.number,
  'Other-Leg-Destination-Number': other.destination,
  'Other-Leg-Unique-ID': other.uuid,
  'Other-Leg-Channel-Name': channelName(other),
  // The switch does not know the originator's times here.
  'Other-Leg-Channel-Created-Time': type === 'originator' ? '0' : String(other.createdAt),
  'Other-Leg-Channel-Answered-Time': type === 'originator' ? '0' : String(other.answeredAt),
});

const q850: Readonly<Record<string, number>> = {
  UNALLOCATED_NUMBER: 1,
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  CALL_REJECTED: 21,
  ORIGINATOR_CANCEL: 487,
};

const seconds = (fromUs: number, toUs: number): string =>
  fromUs === 0 ? '0' : String(Math.floor(toUs / 1e6) - Math.floor(fromUs / 1e6));

/** The totals that come with CHANNEL_HANGUP_COMPLETE. */
export const totalHeaders = (channel: Channel): Readonly<Record<string, string>> => ({
  'Hangup-Cause': channel.hangupCause,
  variable_hangup_cause: channel.hangupCause,
  variable_hangup_cause_q850: String(q850[channel.hangupCause] ?? 16),
  variable_sip_hangup_disposition: channel.hangupDisposition,
  ...(channel.sipStatus !== null && { variable_sip_term_status: String(channel.sipStatus) }),
  variable_start_uepoch: String(channel.createdAt),
  variable_answer_uepoch: String(channel.answeredAt),
  variable_end_uepoch: String(channel.hangupAt),
  variable_duration: seconds(channel.createdAt, channel.hangupAt),
  variable_billsec: seconds(channel.answeredAt, channel.hangupAt),
  variable_hold_accum_ms: String(channel.holdAccumUs / 1000),
});
