import type { LegFacts } from '../../schemas/payloads.ts';
import { cleanText } from '../clean-text.ts';
import { percentDecoded } from '../percent-decoding.ts';
import type { CdrVariables } from './cdr-variables.ts';
import { isAnonymous, presentationOf } from '../presentation.ts';
import { directionOf, endpointKind } from './leg-facts.ts';

/** `callflow` of a CDR: one dialplan run, or all of them with the newest first. */
export type Flow = unknown;

/** What a CDR tells about its leg: who called is said by the first dialplan run, before any transfer. */
export const cdrFacts = (variables: CdrVariables, flow: Flow, createdAtUs: number): LegFacts => {
  const profile = firstProfile(flow);
  const number = cleanText(profile('caller_id_number'));
  const channel = profile('chan_name') || variables.text('channel_name');
  return {
    created_at: createdAtUs,
    direction: directionOf(variables.text('direction')),
    endpoint: cleanText(channel),
    endpoint_kind: endpointKind(channel, {
      gateway: variables.text('sip_gateway_name') || variables.text('sip_gateway'),
      user: variables.text('user_name') || variables.text('dialed_user'),
      authorized: variables.text('sip_authorized') === 'true',
    }),
    caller_number: isAnonymous(number) ? '' : number,
    caller_name: cleanText(profile('caller_id_name')),
    caller_presentation: presentationOf(number, variables.text('privacy_hide_number') === 'true'),
    dialled: cleanText(profile('destination_number')),
    context: cleanText(profile('context')),
    sip_call_id: cleanText(variables.text('sip_call_id')),
  };
};

const firstProfile = (flow: Flow): ((name: string) => string) => {
  const run = Array.isArray(flow) ? (flow.at(-1) as unknown) : flow;
  const profile = member(run, 'caller_profile');
  return (name) => {
    const value = member(profile, name);
    return typeof value === 'string' ? percentDecoded(value) : '';
  };
};

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
