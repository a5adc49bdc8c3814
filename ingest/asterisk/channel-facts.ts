import type { LegFacts } from '../../schemas/payloads.ts';
import type { EndpointKind, LegDirection } from '../../schemas/vocabulary.ts';
import { isAnonymous, presentationOf } from '../presentation.ts';
import type { ChannelIds } from './asterisk-event.ts';
import { idInstant } from './asterisk-ids.ts';

/** A channel as a native record describes it. */
export type Channel = ChannelIds & {
  channel: string;
  exten: string;
  context: string;
  callerNumber: string;
  callerName: string;
};

/**
 * What a record tells about its channel. Asterisk's caller id is the channel's own: of the one who called on a leg that
 * came in, of the one who is called on a leg that Asterisk made.
 */
export const channelFacts = (channel: Channel, createdAtUs: number | null): LegFacts => {
  const direction = directionOf(channel);
  const caller = direction === 'in';
  const { callerNumber } = channel;
  return {
    created_at: createdAtUs,
    direction,
    endpoint: channel.channel,
    endpoint_kind: endpointKind(channel.channel),
    caller_number: caller && !isAnonymous(callerNumber) ? callerNumber : '',
    caller_name: caller ? channel.callerName : '',
    caller_presentation: caller ? presentationOf(callerNumber, false) : 'unavailable',
    dialled: dialled(channel, caller, createdAtUs !== null),
    context: channel.context,
    sip_call_id: '',
  };
};

/** A channel that is its own linkedid began the call; of a Local channel the second half runs the dialplan. */
const directionOf = ({ uniqueId, linkedId, channel }: Channel): LegDirection => {
  if (channel.startsWith('Local/')) return channel.endsWith(';2') ? 'in' : 'out';
  const began = idInstant(uniqueId);
  return uniqueId === linkedId || (began !== null && began === idInstant(linkedId)) ? 'in' : 'out';
};

/** `s` is where a dialplan starts that was told no number; later it only says where in the dialplan the channel is. */
const dialled = ({ exten, callerNumber }: Channel, caller: boolean, atCreation: boolean): string => {
  if (exten !== '' && exten !== 's') return exten;
  if (!caller) return callerNumber;
  return atCreation ? exten : '';
};

const trunkTechnologies: ReadonlySet<string> = new Set(['DAHDI', 'IAX2', 'mISDN', 'Dongle', 'OOH323']);

/** Phones and trunks are both `PJSIP/NAME-…`; only a name tells, so what is not plain stays unknown. */
const endpointKind = (channel: string): EndpointKind => {
  const [technology = '', name = ''] = channel.split('/');
  if (technology === 'Local') return 'local';
  if (technology === 'Message' || technology === 'Bridge' || technology === 'Announcer' || technology === 'Recorder')
    return 'app';
  if (trunkTechnologies.has(technology) || name.toLowerCase().includes('trunk')) return 'trunk';
  return technology === 'SIP' || technology === 'PJSIP' || technology === 'SCCP' ? 'user' : 'unknown';
};
