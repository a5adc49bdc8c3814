import { contentHash } from './event-codec.ts';
import type { Event } from './events.ts';
import { quarantineId } from './ids.ts';
import { isPlausibleInstant } from './instants.ts';
import type { Rejection } from './rejections.ts';
import { singleObjectCodec } from './single-object.ts';
import { topics } from './topics.ts';

/** A record that could not be used, with its raw bytes and the reason, as kept on `dead-letters`. */
export type DeadLetter = Rejection & {
  quarantine_id: string;
  /** Empty where even the tenant is unknown: only operators see such records. */
  tenant_id: string;
  /** Who refused it: `ingest` or a processor. */
  stage: string;
  /** Where it came from: a dialect (`freeswitch-events`) or `topic/partition/offset`. */
  source: string;
  switch_id: string;
  /** When Trunkline first had it. */
  received_at: number;
  raw: Buffer;
  /** The sender's run and the record's number in it, as far as they can be read. */
  boot_id: string;
  native_seq: number | null;
  /** The switch that the request named, and the only one that its key may publish for; empty where there is none. */
  asked_switch_id: string;
  bound_switch_id: string;
  /** Size of the record as it came, more than `raw` where only its beginning is kept; 0 in letters of v1. */
  record_bytes: number;
};

type Parts = Pick<DeadLetter, 'tenant_id' | 'stage' | 'source' | 'switch_id' | 'received_at' | 'raw'> &
  Partial<Omit<DeadLetter, keyof Rejection>>;

/** The letter of a record that was refused; one that says nothing else has the id of its tenant, source and bytes. */
export const deadLetterOf = ({ code, message, field }: Rejection, parts: Parts): DeadLetter => ({
  code,
  message,
  field,
  quarantine_id: quarantineId(parts.tenant_id, parts.source, parts.raw),
  boot_id: '',
  native_seq: null,
  asked_switch_id: '',
  bound_switch_id: '',
  record_bytes: parts.raw.length,
  ...parts,
});

/** A message of the log that a processor refused. */
export type RefusedMessage = {
  stage: string;
  /** Null where the bytes are no event. */
  event: Event | null;
  raw: Buffer;
  /** `topic/partition/offset` */
  source: string;
  timestampMs: number;
};

/**
 * The letter of a refused message. What it says makes its id, not its place: an event that is told twice and refused
 * twice is one refused record.
 */
export const messageLetter = (
  rejection: Rejection,
  { stage, event, raw, source, timestampMs }: RefusedMessage,
): DeadLetter => {
  const topic = source.slice(0, source.indexOf('/'));
  const logged = { stage, source, raw, tenant_id: '', switch_id: '', received_at: timestampMs * 1000 };
  if (event === null) return deadLetterOf(rejection, { ...logged, quarantine_id: quarantineId('', topic, raw) });
  const { tenant_id, switch_id, boot_id, native, observed_at } = event;
  return deadLetterOf(rejection, {
    ...logged,
    quarantine_id: quarantineId(tenant_id, topic, Buffer.from(contentHash(raw))),
    tenant_id,
    switch_id,
    boot_id,
    native_seq: native.seq,
    received_at: isPlausibleInstant(observed_at) ? observed_at : logged.received_at,
  });
};

/** Topic, key and bytes of a letter. */
export const deadLetterMessage = (letter: DeadLetter): { topic: string; key: string; value: Buffer } => ({
  topic: topics.deadLetters,
  key: `${letter.tenant_id}:${letter.quarantine_id}`,
  value: encodeDeadLetter(letter),
});

const codec = singleObjectCodec('dead-letter');

export const encodeDeadLetter = (letter: DeadLetter): Buffer => codec.encode(letter);

/** Throws where the bytes are no dead letter. */
export const decodeDeadLetter = (bytes: Buffer): DeadLetter => codec.decode(bytes) as DeadLetter;
