import { at } from '../event-table.ts';

/** Headers of one event, as FreeSWITCH writes them. */
export type Headers = Record<string, string>;

/** A channel of the simulated switch, as far as the table has told of it. */
export type Channel = {
  readonly id: string;
  /** `call_uuid`, as FreeSWITCH changes it: of the leg that holds the bridge, afterwards the channel's own id. */
  callUuid: string;
  /** Others that the switch bridged it to by itself, oldest first. */
  readonly history: string[];
  /** Legs it called. */
  readonly called: string[];
  readonly createdUs: number;
  answeredUs: number;
  bridgedUs: number;
  heldUs: number | null;
  holdAccumUs: number;
  hangupUs: number;
  /** What CHANNEL_CREATE said of it. */
  readonly headers: Headers;
};

/** The channel that `leg inbound|outbound technology/name from>to [of=leg] [Header=value …]` creates. */
export const createChannel = (
  id: string,
  words: readonly string[],
  us: number,
  channels: ReadonlyMap<string, Channel>,
): Channel => {
  const cells = cellsOf(words);
  const plain = words.filter((word) => !word.includes('='));
  const [from = '', to = ''] = (plain.find((word) => word.includes('>')) ?? '').split('>');
  const creator = channels.get(cells['of'] ?? '');
  const { of: _, ...headers } = cells;
  creator?.called.push(id);
  return {
    id,
    callUuid: creator?.callUuid ?? id,
    history: [],
    called: [],
    createdUs: us,
    answeredUs: 0,
    bridgedUs: 0,
    heldUs: null,
    holdAccumUs: 0,
    hangupUs: 0,
    headers: {
      'Channel-Name': plain.find((word) => word.includes('/')) ?? '',
      'Call-Direction': plain.includes('outbound') ? 'outbound' : 'inbound',
      'Caller-Caller-ID-Number': from,
      'Caller-Destination-Number': to,
      'Caller-Context': 'default',
      ...(creator === undefined
        ? {}
        : { 'Other-Type': 'originator', 'Other-Leg-Unique-ID': creator.id, variable_originator: creator.id }),
      ...headers,
    },
  };
};

/** `name=value` words; values are percent-encoded, so a blank is `%20`. */
export const cellsOf = (words: readonly string[]): Headers =>
  Object.fromEntries(
    words
      .filter((word) => word.includes('='))
      .map((word) => [word.slice(0, word.indexOf('=')), decodeURIComponent(word.slice(word.indexOf('=') + 1))]),
  );

/** What every event of a channel says of it. */
export const channelHeaders = (channel: Channel): Headers => ({
  ...channel.headers,
  'Unique-ID': channel.id,
  'Channel-Call-UUID': channel.callUuid,
  'Caller-Channel-Created-Time': String(channel.createdUs),
  'Caller-Channel-Answered-Time': String(channel.answeredUs),
  'Caller-Channel-Bridged-Time': String(channel.bridgedUs),
  'Caller-Channel-Hangup-Time': String(channel.hangupUs),
  'Caller-Channel-Hold-Accum': String(channel.holdAccumUs),
  ...(channel.called.length === 0 ? {} : { variable_originated_legs: array(channel.called.map((id) => `${id};;`)) }),
  ...(channel.history.length === 0
    ? {}
    : {
        'Caller-Transfer-Source': channel.history.at(-1) as string,
        variable_transfer_history: array(channel.history),
      }),
});

/** Several values of one variable. */
const array = (values: readonly string[]): string =>
  values.length === 1 ? (values[0] as string) : `ARRAY::${values.join('|:')}`;

/** Changes the channel, and in a bridge the other, as its event does, and gives what this event says besides. */
export const happens = (
  name: string,
  channel: Channel,
  words: readonly string[],
  us: number,
  channels: ReadonlyMap<string, Channel>,
): Headers => {
  const cells = cellsOf(words);
  const [word = ''] = words.filter((one) => !one.includes('='));
  switch (name) {
    case 'CHANNEL_ANSWER':
      channel.answeredUs = us;
      return cells;
    case 'CHANNEL_BRIDGE':
      beginBridge(channel, channels.get(word), words.includes('uuid_br'), us);
      return { ...bridge(channel.id, word), ...cells };
    case 'CHANNEL_UNBRIDGE':
      endBridge(channels.get(word));
      return { ...bridge(channel.id, word), ...cells };
    case 'CHANNEL_HOLD':
      channel.heldUs = us;
      return cells;
    case 'CHANNEL_UNHOLD':
      channel.holdAccumUs += us - (channel.heldUs ?? us);
      channel.heldUs = null;
      return cells;
    case 'CHANNEL_HANGUP':
    case 'CHANNEL_HANGUP_COMPLETE':
      channel.hangupUs ||= us;
      return hangup(word, cells);
    case 'CHANNEL_EXECUTE':
    case 'CHANNEL_EXECUTE_COMPLETE':
      return { Application: word, 'Application-Data': words.slice(1).join(' ') };
    case 'RECORD_START':
    case 'RECORD_STOP':
      return { 'Record-File-Path': word, ...cells };
    default:
      return cells;
  }
};

/** `uuid_br`: the switch bridges channels that have not called each other. */
const beginBridge = (channel: Channel, other: Channel | undefined, isUuidBridge: boolean, us: number): void => {
  channel.bridgedUs ||= us;
  if (other === undefined) return;
  other.bridgedUs ||= us;
  other.callUuid = channel.id;
  if (isUuidBridge) join(channel, other, us);
};

const endBridge = (other: Channel | undefined): void => {
  if (other !== undefined) other.callUuid = other.id;
};

const join = (channel: Channel, other: Channel, us: number): void => {
  channel.history.push(`${secondOf(us)}:profile:uuid_br:${other.id}`);
  other.history.push(`${secondOf(us)}:profile:uuid_br:${channel.id}`);
};

const bridge = (legA: string, legB: string): Headers => ({
  'Bridge-A-Unique-ID': legA,
  'Bridge-B-Unique-ID': legB,
  'Other-Type': 'originatee',
  'Other-Leg-Unique-ID': legB,
});

/** `CAUSE [by=recv_bye] [sip=486] [Header=value …]`. */
const hangup = (cause: string, { by, sip, ...headers }: Headers): Headers => ({
  'Hangup-Cause': cause,
  ...(by === undefined ? {} : { variable_sip_hangup_disposition: by }),
  ...(sip === undefined ? {} : { variable_sip_term_status: sip, variable_proto_specific_hangup_cause: `sip:${sip}` }),
  ...headers,
});

/** Whole seconds, as mod_callcenter counts. */
export const secondOf = (us: number): string => String(Math.floor(us / 1e6));

export const microsAt = (seconds: string): number => at(Number(seconds));
