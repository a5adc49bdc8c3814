import type { LogRecord, RecordBatch } from '../../runtime/kafka.ts';
import { type DeadLetter, messageLetter } from '../../schemas/dead-letters.ts';
import { contentHash, decodeEvent } from '../../schemas/event-codec.ts';
import type { Event, EventType } from '../../schemas/events.ts';
import { isPlausibleInstant } from '../../schemas/instants.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import { refOf } from './call-ref.ts';

/** An event as it came from the log. */
export type Arrived = {
  readonly event: Event;
  /** Of its call. */
  readonly ref: string;
  readonly hash: string;
  readonly raw: Buffer;
  /** `topic/partition/offset`. */
  readonly source: string;
  readonly timestampMs: number;
};

export type Intake = {
  /** In the order of the log, one partition after the other. */
  readonly arrived: readonly Arrived[];
  readonly refused: readonly DeadLetter[];
  /** Events of no call, and tombstones. */
  readonly ignored: number;
};

/** Reads the records of several partitions' batches: what is no event, or none that can be kept, is a dead letter. */
export const takeIn = (batches: readonly RecordBatch[]): Intake => {
  const arrived: Arrived[] = [];
  const refused: DeadLetter[] = [];
  let ignored = 0;
  for (const batch of batches) {
    for (const record of batch.messages) {
      const taken = takeRecord(record, `${batch.topic}/${batch.partition}/${record.offset}`);
      if (taken === null) ignored += 1;
      else if ('event' in taken) arrived.push(taken);
      else refused.push(taken);
    }
  }
  return { arrived, refused, ignored };
};

const takeRecord = ({ value, timestampMs }: LogRecord, source: string): Arrived | DeadLetter | null => {
  if (value === null) return null;
  const decoded = decodeEvent(value);
  if ('rejection' in decoded) {
    const rejection = { code: 'NOT_AN_EVENT', message: decoded.rejection, field: '' };
    return messageLetter(rejection, { stage, event: null, raw: value, source, timestampMs });
  }
  const { event } = decoded;
  const arrived = { event, ref: refOf(event), hash: contentHash(value), raw: value, source, timestampMs };
  const flaw = flawOf(event);
  if (flaw !== null) return refusedEvent(flaw, arrived);
  return isOfCall(event) ? arrived : null;
};

/** Agents and switches have topics of their own; a recording without a call is the recordings processor's. */
const isOfCall = ({ call_key, type }: Event): boolean =>
  isAboutCall(type) && !(call_key === '' && type.startsWith('recording.'));

const isAboutCall = (type: EventType): boolean =>
  !type.startsWith('agent.') && !type.startsWith('switch.') && type !== 'adapter.gap';

const flawOf = (event: Event): Rejection | null => {
  if (event.tenant_id === '') {
    return { code: 'TENANT_MISSING', message: 'the event names no tenant', field: 'tenant_id' };
  }
  if (event.call_key === '' && isOfCall(event)) {
    return { code: 'CALL_KEY_MISSING', message: `the ${event.type} names no call`, field: 'call_key' };
  }
  for (const field of ['occurred_at', 'observed_at', 'call_started_at'] as const) {
    const us = event[field];
    if (us !== null && !isPlausibleInstant(us)) {
      return { code: 'TIME_OUT_OF_RANGE', message: `${field} is ${us} µs, no instant from 2000 to 2199`, field };
    }
  }
  return null;
};

/** Who says so in dead letters. */
export const stage = 'calls';

export const refusedEvent = (rejection: Rejection, arrived: Arrived): DeadLetter =>
  messageLetter(rejection, { stage, ...arrived });
