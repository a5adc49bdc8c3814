import type { LegFacts } from '../../schemas/payloads.ts';
import type { EndpointKind, LegDirection } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { isAnonymous, presentationOf } from '../presentation.ts';
import { type Headers, textOf } from './headers.ts';

/** What any event of a channel tells about its leg. */
export const legFacts = (headers: Headers, createdAtUs: number | null): LegFacts => {
  const number = cleanText(textOf(headers, 'Caller-Caller-ID-Number'));
  const hidden = textOf(headers, 'Caller-Privacy-Hide-Number') === 'true';
  const channel = textOf(headers, 'Channel-Name');
  return {
    created_at: createdAtUs,
    direction: directionOf(textOf(headers, 'Call-Direction') || textOf(headers, 'variable_direction')),
    endpoint: cleanText(channel),
    endpoint_kind: endpointKind(channel, {
      gateway: textOf(headers, 'variable_sip_gateway_name') || textOf(headers, 'variable_sip_gateway'),
      user: textOf(headers, 'variable_user_name') || textOf(headers, 'variable_dialed_user'),
      authorized: textOf(headers, 'variable_sip_authorized') === 'true',
    }),
    caller_number: isAnonymous(number) ? '' : number,
    caller_name: cleanText(textOf(headers, 'Caller-Caller-ID-Name')),
    caller_presentation: presentationOf(number, hidden),
    dialled: cleanText(textOf(headers, 'Caller-Destination-Number')),
    context: cleanText(textOf(headers, 'Caller-Context')),
    sip_call_id: cleanText(textOf(headers, 'variable_sip_call_id')),
  };
};

export const directionOf = (direction: string): LegDirection => {
  if (direction === 'inbound') return 'in';
  return direction === 'outbound' ? 'out' : 'unknown';
};

type Hints = { gateway: string; user: string; authorized: boolean };

/** Directory users and authenticated phones are users; gateways, `external` profiles and span cards lead outside. */
export const endpointKind = (channel: string, { gateway, user, authorized }: Hints): EndpointKind => {
  const slash = channel.indexOf('/');
  const technology = slash === -1 ? channel : channel.slice(0, slash);
  if (technology === 'loopback') return 'local';
  if (technology === 'null' || technology === 'error') return 'app';
  if (gateway !== '' || technology === 'freetdm' || technology === 'openzap') return 'trunk';
  if (user !== '' || authorized || technology.startsWith('verto') || technology === 'user') return 'user';
  if (technology !== 'sofia') return 'unknown';
  const profile = channel.slice(slash + 1);
  if (profile.startsWith('external') || profile.startsWith('gateway')) return 'trunk';
  return profile.startsWith('internal') ? 'user' : 'unknown';
};
