import type { Event, EventOf, EventType, Payloads } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { Precision } from '../../schemas/vocabulary.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { keptFields } from '../kept-fields.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A call-back of a hosted provider. */
export type Callback = {
  fields: Fields;
  source: Source;
  switchId: string;
  accountId: string;
  /** The leg it is of, and the leg that called it; providers' ids are unique by themselves. */
  callId: string;
  parentId: string;
  occurredAtUs: number;
  precision: Precision;
};

/** The first of the fields that has a text; providers write one thing in different ways. */
export const textOf = (fields: Fields, ...names: readonly string[]): string => {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && value !== '') return cleanText(value, 1024);
  }
  return '';
};

/** Whole seconds as ms; null where they are none. */
export const secondsOf = (fields: Fields, ...names: readonly string[]): number | null => {
  const text = textOf(fields, ...names);
  return /^\d{1,9}$/.test(text) ? Number(text) * 1000 : null;
};

export const readCallback = (fields: Fields, source: Source): { callback: Callback } | { rejection: Rejection } => {
  const callId = textOf(fields, 'CallSid', 'call_sid').slice(0, 255);
  if (callId === '')
    return reject(
      'MISSING_FIELD',
      'CallSid',
      'CallSid (or call_sid) is missing: send call-backs as the provider makes them',
    );
  const accountId = textOf(fields, 'AccountSid', 'account_sid').slice(0, 128);
  const named = switchOf(source, accountId, 'AccountSid');
  if ('rejection' in named) return named;
  const timestamp = textOf(fields, 'Timestamp');
  const occurredAtUs = timestamp === '' ? source.observedAtUs : instantOf(timestamp);
  const refused = timeRejection(occurredAtUs, 'Timestamp', source.observedAtUs);
  if (refused !== null) return refused;
  const parentId = textOf(fields, 'ParentCallSid', 'parent_call_sid').slice(0, 255);
  const precision = timestamp === '' ? 'receipt' : 's';
  return {
    callback: { fields, source, switchId: named.switchId, accountId, callId, parentId, occurredAtUs, precision },
  };
};

/** µs of `Thu, 02 Jan 2026 10:00:00 +0000` or an ISO time with its offset; NaN for others. */
export const instantOf = (text: string): number =>
  /(?:Z|GMT|UTC|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) * 1000 : Number.NaN;

/** The fields that meaning is read from, kept with the events. */
const kept = [
  'AnsweredBy',
  'CallDuration',
  'CallStatus',
  'QueueResult',
  'QueueTime',
  'RecordingStatus',
  'SipResponseCode',
  'call_status',
  'call_termination_by',
  'duration',
  'sip_reason',
  'sip_status',
] as const;

/** A canonical event of the call-back's leg; at another time than the call-back's where one is told. */
export const hostedEvent = <T extends EventType>(
  callback: Callback,
  type: T,
  payload: Payloads[T],
  atUs = callback.occurredAtUs,
): Event => {
  const { fields, callId, parentId, accountId, switchId } = callback;
  const seq = textOf(fields, 'SequenceNumber');
  const status = textOf(fields, 'CallStatus', 'call_status', 'RecordingStatus', 'QueueResult');
  const event: EventOf<T> = {
    observed_at: callback.source.observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(switchId, accountId, callId, identityOf(callback), type),
    tenant_id: callback.source.tenantId,
    switch_id: switchId,
    switch_kind: 'hosted',
    boot_id: accountId,
    native: { name: status, id: callId, seq: /^\d{1,9}$/.test(seq) ? Number(seq) : null },
    call_key: parentId || callId,
    call_started_at: null,
    leg_id: callId,
    other_leg_id: parentId || null,
    occurred_at: atUs,
    occurred_precision: callback.precision,
    extra: keptFields(kept, (name) => fields[name]),
    type,
    payload,
  };
  return event as Event;
};

/** Without a time of its own a repetition is another telling: the first that was received then tells when. */
const identityOf = ({ fields, occurredAtUs }: Callback): string =>
  [
    occurredAtUs,
    ...Object.keys(fields)
      .sort()
      .map((name) => `${name}\0${typeof fields[name] === 'string' ? fields[name] : JSON.stringify(fields[name])}`),
  ].join('\0');
