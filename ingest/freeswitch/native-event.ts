import type { Event, EventOf, EventType, Payloads } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import { cleanText } from '../clean-text.ts';
import { reject, type Source, switchOf, timeRejection } from '../dialect.ts';
import { keptFields } from '../kept-fields.ts';
import { countOf, type Headers, instantOf, textOf } from './headers.ts';

/** What every native event has: who sent it, when, and its number. */
export type NativeEvent = {
  headers: Headers;
  source: Source;
  switchId: string;
  bootId: string;
  name: string;
  /** Sequence within the boot; null where the source leaves it out. */
  seq: number | null;
  /** When the event was made (µs), which is not always when its fact happened. */
  stampUs: number;
};

export const nativeEvent = (
  headers: Headers,
  name: string,
  source: Source,
): { native: NativeEvent } | { rejection: Rejection } => {
  const node = textOf(headers, 'FreeSWITCH-Switchname') || textOf(headers, 'FreeSWITCH-Hostname');
  const named = switchOf(source, cleanText(node), 'FreeSWITCH-Switchname');
  if ('rejection' in named) return named;
  const stampUs = instantOf(headers, 'Event-Date-Timestamp');
  if (stampUs === null)
    return reject(
      'MISSING_FIELD',
      'Event-Date-Timestamp',
      'Event-Date-Timestamp is missing: send the event as FreeSWITCH made it',
    );
  const refused = timeRejection(stampUs, 'Event-Date-Timestamp', source.observedAtUs);
  if (refused !== null) return refused;
  const bootId = cleanText(textOf(headers, 'Core-UUID'));
  const seq = countOf(headers, 'Event-Sequence');
  return { native: { headers, source, switchId: named.switchId, bootId, name, seq, stampUs } };
};

/** The headers that meaning is read from, kept with the events. */
const kept = [
  'CC-Agent-Status',
  'CC-Cancel-Reason',
  'CC-Cause',
  'CC-Hangup-Cause',
  'Hangup-Cause',
  'Record-Completion-Cause',
  'variable_sip_hangup_disposition',
  'variable_sip_term_status',
] as const;

/** Where an event belongs. */
export type Place = {
  callKey: string;
  /** The anchor, known by events of the root leg only. */
  callStartedAtUs: number | null;
  legId: string | null;
  otherLegId: string | null;
};

/** The canonical event; `at` in µs. Its id is made of what names the native event, and the type. */
export const canonicalEvent = <T extends EventType>(
  native: NativeEvent,
  place: Place,
  type: T,
  at: number,
  payload: Payloads[T],
  id = place.legId ?? place.callKey,
): Event => {
  const event: EventOf<T> = {
    observed_at: native.source.observedAtUs,
    clock_offset_ms: null,
    event_id: eventId(native.switchId, native.bootId, id, native.seq ?? native.stampUs, native.name, type),
    tenant_id: native.source.tenantId,
    switch_id: native.switchId,
    switch_kind: 'freeswitch',
    boot_id: native.bootId,
    native: { name: native.name, id, seq: native.seq },
    call_key: place.callKey,
    call_started_at: place.callStartedAtUs,
    leg_id: place.legId,
    other_leg_id: place.otherLegId,
    occurred_at: at,
    occurred_precision: 'us',
    extra: keptFields(kept, (name) => native.headers[name]),
    type,
    payload,
  };
  return event as Event;
};
