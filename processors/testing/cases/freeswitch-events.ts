import { dialects } from '../../../ingest/dialects.ts';
import { callcenter, type Members } from './callcenter.ts';
import {
  type Channel,
  cellsOf,
  channelHeaders,
  createChannel,
  happens,
  type Headers,
  microsAt,
} from './freeswitch-channels.ts';
import { linesOf, type NativeRecord } from './native-records.ts';

type Switch = { readonly channels: Map<string, Channel>; readonly members: Members };

/**
 * Events of FreeSWITCH from lines of `seconds EVENT leg …`:
 *
 *     0.0  CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>1002
 *     0.2  CHANNEL_CREATE          b outbound sofia/internal/1002@10.0.0.7 1001>1002 of=a
 *     4.0  CHANNEL_ANSWER          b
 *     4.1  CHANNEL_BRIDGE          a b
 *     9.0  CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
 *
 * `CHANNEL_BRIDGE a c uuid_br` is a bridge that the switch made by itself, as for an attended transfer. A channel says in
 * all its events what its creation said; `Header=value` goes over that. Legs are called by the
 * names in the table. `callcenter::info` and other `module::subclass` names are CUSTOM events.
 */
export const freeswitch = (table: string, boot = 'boot-1'): NativeRecord[] => {
  const pbx: Switch = { channels: new Map(), members: new Map() };
  return linesOf(table).map((line, index) => {
    const [seconds = '', name = '', leg = '', ...words] = line.split(/\s+/);
    const us = microsAt(seconds);
    const headers: Headers = {
      'Event-Name': name.includes('::') ? 'CUSTOM' : name,
      'Core-UUID': boot,
      'FreeSWITCH-Switchname': 'pbx1',
      'Event-Date-Timestamp': String(us),
      'Event-Sequence': String(1000 + index),
      ...headersOf(pbx, name, leg, words, us),
    };
    return { dialect: dialects.freeswitchEvents, value: headers };
  });
};

const headersOf = (pbx: Switch, name: string, leg: string, words: readonly string[], us: number): Headers => {
  const { channels, members } = pbx;
  if (name === 'CHANNEL_CREATE') {
    const channel = createChannel(leg, words, us, channels);
    channels.set(leg, channel);
    return channelHeaders(channel);
  }
  const channel = channels.get(leg);
  if (name === 'callcenter::info') {
    return { ...(channel === undefined ? {} : channelHeaders(channel)), ...callcenter(members, leg, words, us) };
  }
  if (name.includes('::')) {
    const known = channel === undefined ? {} : channelHeaders(channel);
    return { ...known, 'Event-Subclass': name, Action: words[0] ?? '', ...cellsOf(words) };
  }
  if (channel === undefined) return cellsOf(words);
  const told = happens(name, channel, words, us, channels);
  return { ...channelHeaders(channel), ...told };
};
