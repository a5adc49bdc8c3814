import type { RecordBatch } from '../../runtime/kafka.ts';
import { type DeadLetter, messageLetter } from '../../schemas/dead-letters.ts';
import { contentHash, decodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { isPlausibleInstant } from '../../schemas/instants.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { SwitchEventRow, SwitchSignRow } from '../../schemas/rows.ts';
import { signsOf } from '../switch-signs.ts';

export type SwitchIntake = {
  readonly rows: readonly SwitchEventRow[];
  readonly signs: readonly SwitchSignRow[];
  readonly refused: readonly DeadLetter[];
};

/** The rows of a batch of `switch-events`; what is none, or cannot be kept, is a dead letter. */
export const takeSwitchEvents = ({ topic, partition, messages }: RecordBatch): SwitchIntake => {
  const events: Event[] = [];
  const rows: SwitchEventRow[] = [];
  const refused: DeadLetter[] = [];
  for (const record of messages) {
    // A tombstone says nothing.
    if (record.value === null) continue;
    const read = readEvent(record.value);
    if (!('rejection' in read)) {
      events.push(read.event);
      rows.push(toRow(read.event, record.value));
    } else {
      const { event, rejection } = read;
      const source = `${topic}/${partition}/${record.offset}`;
      const { value: raw, timestampMs } = record;
      refused.push(messageLetter(rejection, { stage: 'closing', event, raw, source, timestampMs }));
    }
  }
  return { rows, signs: signsOf(events), refused };
};

type Refused = { readonly rejection: Rejection; readonly event: Event | null };

const readEvent = (value: Buffer): { readonly event: Event } | Refused => {
  const decoded = decodeEvent(value);
  if ('rejection' in decoded) {
    return { event: null, rejection: reject('NOT_AN_EVENT', decoded.rejection, '') };
  }
  const { event } = decoded;
  const rejection = flawOf(event);
  return rejection === null ? { event } : { rejection, event };
};

const flawOf = (event: Event): Rejection | null => {
  if (event.tenant_id === '') return reject('TENANT_MISSING', 'the event names no tenant', 'tenant_id');
  if (!event.type.startsWith('switch.') && event.type !== 'adapter.gap') {
    return reject('UNEXPECTED_TYPE', `only events of switches belong here, this is ${event.type}`, 'type');
  }
  for (const field of ['occurred_at', 'observed_at'] as const) {
    if (!isPlausibleInstant(event[field])) {
      return reject('TIME_OUT_OF_RANGE', `${field} is ${event[field]} µs, no instant from 2000 to 2199`, field);
    }
  }
  return null;
};

const reject = (code: string, message: string, field: string): Rejection => ({ code, message, field });

const latest = Number.MAX_SAFE_INTEGER;

const toRow = (event: Event, raw: Buffer): SwitchEventRow => ({
  tenant_id: event.tenant_id,
  switch_id: event.switch_id,
  type: event.type,
  occurred_at: event.occurred_at,
  event_id: event.event_id,
  content_hash: contentHash(raw),
  observed_order: latest - event.observed_at,
  observed_at: event.observed_at,
  boot_id: event.boot_id,
  native_seq: event.native.seq,
  event: raw,
});
