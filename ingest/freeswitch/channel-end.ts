import type { Event } from '../../schemas/events.ts';
import type { LegEnded, LegTotals, LegTransferred } from '../../schemas/payloads.ts';
import { q850Of, sipFailure } from '../../schemas/q850.ts';
import type { EndedBy, TransferKind } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { callLinks } from './call-links.ts';
import { type Channel, timeOr } from './channel.ts';
import { causeNumber } from '../q850-causes.ts';
import { amdOf, blockedFor } from './dialplan-words.ts';
import { countOf, type Headers, instantOf, textOf } from './headers.ts';
import { legFacts } from './leg-facts.ts';
import { canonicalEvent, type Place } from './native-event.ts';

/** Of CHANNEL_HANGUP and CHANNEL_HANGUP_COMPLETE both: a source may send either, and the second knows more. */
export const legEnded = (channel: Channel): Event[] => {
  const { native, place, createdAtUs } = channel;
  const { headers } = native;
  const endedAtUs = timeOr(native, 'Caller-Channel-Hangup-Time');
  const cause = cleanText(textOf(headers, 'Hangup-Cause') || textOf(headers, 'variable_hangup_cause'));
  const final = native.name === 'CHANNEL_HANGUP_COMPLETE';
  const ended = canonicalEvent(native, place, 'leg.ended', endedAtUs, {
    ...causeOf(cause, (name) => textOf(headers, `variable_${name}`)),
    leg: legFacts(headers, createdAtUs),
    totals: final ? totalsOf(headers, createdAtUs, endedAtUs) : null,
  });
  const transfer = transferKinds.get(cause);
  const told = [ended, ...callLinks(channel), ...(final ? leftWords(channel) : [])];
  if (!final || transfer === undefined) return told;
  const transferred = transferOf(transfer, place, (name) => textOf(headers, `variable_${name}`));
  return [...told, canonicalEvent(native, place, 'leg.transferred', endedAtUs, transferred)];
};

/** What the channel's variables tell at its end besides: who was heard to answer, and that the call was screened out. */
const leftWords = ({ native, place }: Channel): Event[] => {
  const variable: Variable = (name) => textOf(native.headers, `variable_${name}`);
  const [amd, blocked] = [amdOf(variable), blockedFor(variable)];
  const answeredAtUs = instantOf(native.headers, 'Caller-Channel-Answered-Time');
  const words: Event[] = [];
  if (amd !== 'unknown' && answeredAtUs !== null)
    words.push(
      canonicalEvent(native, place, 'leg.answered', timeOr(native, 'Caller-Channel-Answered-Time'), { leg: null, amd }),
    );
  if (blocked !== null) words.push(canonicalEvent(native, place, 'call.blocked', native.stampUs, { reason: blocked }));
  return words;
};

/** Causes with which a leg leaves whose call went on elsewhere. */
export const transferKinds: ReadonlyMap<string, TransferKind> = new Map([
  ['BLIND_TRANSFER', 'blind'],
  ['ATTENDED_TRANSFER', 'attended'],
  ['PICKED_OFF', 'pickup'],
]);

/** What the end of a leg tells of a transfer: by its own phone, or to whoever picked up what rang there. */
export const transferOf = (kind: TransferKind, place: Place, variable: Variable): LegTransferred => ({
  kind,
  by_leg_id: kind === 'pickup' ? null : place.legId,
  target: kind === 'pickup' ? '' : transferTarget(variable),
  from_leg_id: kind === 'pickup' ? place.legId : null,
  to_leg_id: kind === 'attended' ? attendedTarget(variable('transfer_to')) : null,
  result: 'unknown',
  forward_reason: 'none',
});

/** The channel in `att:CHANNEL`. */
const attendedTarget = (transferTo: string): string | null => {
  const channel = transferTo.startsWith('att:') ? cleanText(transferTo.slice('att:'.length)) : '';
  return channel === '' ? null : channel;
};

/** Reads a channel variable, empty where it is not set. */
export type Variable = (name: string) => string;

/** The user part of the REFER's target, `<sip:1003@example.net>`. */
const transferTarget = (variable: Variable): string => {
  const target = variable('sip_refer_to');
  const start = target.indexOf(':') + 1;
  const end = target.indexOf('@', start);
  return cleanText(end === -1 ? target : target.slice(start, end));
};

export const causeOf = (
  cause: string,
  variable: Variable,
): Pick<LegEnded, 'cause_q850' | 'sip_code' | 'cause_native' | 'ended_by'> => {
  const sipCode = sipCodeOf(variable);
  const native = causeNumber(cause) ?? (Number(variable('hangup_cause_q850')) || null);
  return {
    cause_q850: q850Of(sipCode, native),
    sip_code: sipCode,
    cause_native: cause,
    ended_by: endedBy(cause, variable('sip_hangup_disposition')),
  };
};

const sipCodeOf = (variable: Variable): number | null => {
  const status = variable('sip_term_status') || variable('sip_invite_failure_status');
  if (status !== '') return sipFailure(Number(status));
  const specific = variable('proto_specific_hangup_cause');
  return specific.startsWith('sip:') ? sipFailure(Number(specific.slice(4))) : null;
};

/** Causes that the switch itself decides on. */
const ownCauses: ReadonlySet<string> = new Set([
  'ALLOTTED_TIMEOUT',
  'CRASH',
  'MANAGER_REQUEST',
  'MEDIA_TIMEOUT',
  'SYSTEM_SHUTDOWN',
]);

/** `recv_bye`: the far end of this leg; `send_bye`: whoever is behind the switch. */
const endedBy = (cause: string, disposition: string): EndedBy => {
  if (ownCauses.has(cause)) return 'switch';
  if (disposition.startsWith('recv_')) return 'far';
  return disposition.startsWith('send_') ? 'near' : 'unknown';
};

const totalsOf = (headers: Headers, createdAtUs: number | null, endedAtUs: number): LegTotals => {
  const answeredAtUs = instantOf(headers, 'Caller-Channel-Answered-Time');
  const holdUs = countOf(headers, 'Caller-Channel-Hold-Accum');
  return legTotals({ createdAtUs, answeredAtUs, endedAtUs, holdUs });
};

type Marks = { createdAtUs: number | null; answeredAtUs: number | null; endedAtUs: number; holdUs: number | null };

/** Spans of µs marks: FreeSWITCH's own seconds are differences of truncated times, off by up to one. */
export const legTotals = ({ createdAtUs, answeredAtUs, endedAtUs, holdUs }: Marks): LegTotals => ({
  duration_ms: createdAtUs === null ? null : wholeMs(endedAtUs - createdAtUs),
  bill_ms: answeredAtUs === null ? 0 : wholeMs(endedAtUs - answeredAtUs),
  hold_ms: holdUs === null ? null : wholeMs(holdUs),
});

const wholeMs = (us: number): number | null => (us >= 0 ? Math.floor(us / 1000) : null);
