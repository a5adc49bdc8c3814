import { hash } from 'node:crypto';
import type { LogRecord } from '../../runtime/kafka.ts';
import { decodeDeadLetter } from '../../schemas/dead-letters.ts';
import { decodeEvent } from '../../schemas/event-codec.ts';
import { topics } from '../../schemas/topics.ts';
import { type Counted, countEvent } from './envelope.ts';

export type Counting = Counted & { readonly gap: { readonly from: number; readonly to: number } | null };

/** What a message counts as; null for what is no publication of a switch. */
export const countMessage = (topic: string, { value, timestampMs }: LogRecord): Counting | null => {
  if (value === null) return null;
  if (topic === topics.deadLetters) return countLetter(value);
  const counted = countEvent(value, timestampMs) ?? ofNobody(value, timestampMs);
  return { ...counted, gap: topic === topics.switchEvents ? gapIn(value) : null };
};

const identityOf = (bytes: Uint8Array | string): bigint => BigInt(`0x${hash('sha256', bytes, 'hex').slice(0, 16)}`);

const ofNobody = (value: Buffer, timestampMs: number): Counted => ({
  tenantId: '',
  switchId: '',
  bootId: '',
  receivedAtUs: timestampMs * 1000,
  identity: identityOf(value),
  seq: -1,
});

/** What ingest refused was published as well; what processors refused is in the log already, as the event it is. */
const countLetter = (value: Buffer): Counting | null => {
  try {
    const letter = decodeDeadLetter(value);
    if (letter.stage !== 'ingest') return null;
    const isNumbered = letter.native_seq !== null && letter.boot_id !== '' && letter.source === 'canonical';
    return {
      tenantId: letter.tenant_id,
      switchId: letter.switch_id,
      bootId: letter.boot_id,
      receivedAtUs: letter.received_at,
      identity: identityOf(letter.quarantine_id),
      seq: isNumbered ? (letter.native_seq ?? -1) : -1,
      gap: null,
    };
  } catch {
    // The quarantine processor keeps what is no letter.
    return null;
  }
};

const gapIn = (value: Buffer): Counting['gap'] => {
  const decoded = decodeEvent(value);
  if ('rejection' in decoded || decoded.event.type !== 'adapter.gap') return null;
  const { from_seq, to_seq } = decoded.event.payload;
  return { from: from_seq, to: to_seq };
};
