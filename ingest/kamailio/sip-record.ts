import { microsFromIso } from '../../schemas/event-json.ts';
import type { Event, EventOf, EventType, Payloads } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { LegFacts } from '../../schemas/payloads.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { Precision } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { isAnonymous, presentationOf } from '../presentation.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** Something that Kamailio tells of a SIP dialog. */
export type SipRecord = {
  fields: Fields;
  source: Source;
  switchId: string;
  /** What is told: a method, an event, `cdr`. */
  name: string;
  callId: string;
  occurredAtUs: number;
  precision: Precision;
  identity: string;
  extra: Readonly<Record<string, string>>;
};

/** The first of the fields that has a text: configurations name the same thing in different ways. */
export const textOf = (fields: Fields, ...names: readonly string[]): string => {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return cleanText(value, 1024);
  }
  return '';
};

/** A number ≥ 0 with or without a fraction; null for others. */
export const numberOf = (fields: Fields, ...names: readonly string[]): number | null => {
  const text = textOf(fields, ...names);
  return /^\d{1,12}(?:\.\d{1,9})?$/.test(text) ? Number(text) : null;
};

/** B2BUAs behind it mark their second leg with a suffix; the call is the same. */
export const callIdOf = (fields: Fields): string =>
  textOf(fields, 'callid', 'call_id', 'Call-ID')
    .replace(/_(?:pbx|xfer)-\d+$/, '')
    .slice(0, 255);

/** µs of seconds (`1419839310.123`, ms behind the dot) or of a date and time, UTC where it has no offset; NaN for others. */
export const instantOf = (text: string): number => {
  const seconds = /^(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (seconds !== null) return Number(seconds[1]) * 1_000_000 + Number((seconds[2] ?? '').slice(0, 6).padEnd(6, '0'));
  const us = microsFromIso(text);
  return Number.isNaN(us) ? microsFromIso(`${text}Z`) : us;
};

export const readSipRecord = (
  fields: Fields,
  name: string,
  time: { text: string; field: string },
  extra: Readonly<Record<string, string>>,
  source: Source,
): { record: SipRecord } | { rejection: Rejection } => {
  const callId = callIdOf(fields);
  if (callId === '') return reject('MISSING_FIELD', 'callid', 'callid is missing: send it with every record');
  const named = switchOf(source, textOf(fields, 'server_id', 'hostname', 'host').slice(0, 128), 'hostname');
  if ('rejection' in named) return named;
  if (time.text === '') return reject('MISSING_FIELD', time.field, `${time.field} is missing: send when it happened`);
  const occurredAtUs = instantOf(time.text);
  const refused = timeRejection(occurredAtUs, time.field, source.observedAtUs);
  if (refused !== null) return refused;
  const identity = Object.keys(fields)
    .sort()
    .map((key) => `${key}\0${typeof fields[key] === 'string' ? fields[key] : JSON.stringify(fields[key])}`)
    .join('\0');
  const precision = time.text.includes('.') ? 'ms' : 's';
  return {
    record: { fields, source, switchId: named.switchId, name, callId, occurredAtUs, precision, identity, extra },
  };
};

/** Kamailio sees one dialog; a call has two ends: `a` called, `b` was called. */
export type End = 'a' | 'b';

/** Without the parts that an event has of its own. */
export const sipEvent = <T extends EventType>(
  record: SipRecord,
  end: End,
  type: T,
  payload: Payloads[T],
  atUs = record.occurredAtUs,
): Event => {
  const { callId, switchId } = record;
  const event: EventOf<T> = {
    observed_at: record.source.observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(switchId, '', callId, record.identity, end, type),
    tenant_id: record.source.tenantId,
    switch_id: switchId,
    switch_kind: 'kamailio',
    boot_id: '',
    native: { name: record.name, id: callId, seq: null },
    call_key: `${switchId}/${callId}`,
    call_started_at: null,
    leg_id: `${switchId}/${callId}/${end}`,
    other_leg_id: type === 'leg.bridged' ? `${switchId}/${callId}/${end === 'a' ? 'b' : 'a'}` : null,
    occurred_at: atUs,
    occurred_precision: record.precision,
    extra: record.extra,
    type,
    payload,
  };
  return event as Event;
};

/** What a record tells of one end. Kamailio does not know trunks from phones. */
export const factsOf = ({ fields, callId }: SipRecord, end: End): LegFacts => {
  const from = userOf(textOf(fields, 'src_user', 'from_uri', 'from_user', 'caller', 'cgr_account', 'src_uri'));
  const to = userOf(
    textOf(fields, 'dst_ouser', 'to_uri', 'to_user', 'callee', 'cgr_destination', 'dst_user', 'dst_uri'),
  );
  const isHidden = isAnonymous(from);
  return {
    created_at: null,
    direction: end === 'a' ? 'in' : 'out',
    endpoint: end === 'a' ? (isHidden ? '' : from) : to,
    endpoint_kind: 'unknown',
    caller_number: isHidden || end === 'b' ? '' : from,
    caller_name: '',
    caller_presentation: end === 'a' ? presentationOf(from, isHidden) : 'unavailable',
    dialled: to,
    context: '',
    sip_call_id: callId,
  };
};

/** The user part of `sip:1002@example.net`, `<sip:…>` or a bare name. */
const userOf = (address: string): string =>
  cleanText(
    address
      .replace(/^[^<]*</, '')
      .replace(/^(?:sips?|tel):/, '')
      .replace(/[@;>].*$/s, ''),
  );
