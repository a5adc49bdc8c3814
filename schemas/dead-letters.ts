import type { Rejection } from './rejections.ts';
import { singleObjectCodec } from './single-object.ts';

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
  received_at: number;
  raw: Buffer;
};

const codec = singleObjectCodec('dead-letter');

export const encodeDeadLetter = (letter: DeadLetter): Buffer => codec.encode(letter);

/** Throws where the bytes are no dead letter. */
export const decodeDeadLetter = (bytes: Buffer): DeadLetter => codec.decode(bytes) as DeadLetter;
