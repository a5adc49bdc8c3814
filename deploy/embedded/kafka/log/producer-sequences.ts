import { ErrorCode } from '../protocol/error-codes.ts';
import type { BatchHeader } from '../protocol/record-batch.ts';

/** An idempotent producer may have this many requests in flight, so as many must be recognised when repeated. */
const REMEMBERED_BATCHES = 5;
const MAX_PRODUCERS = 10_000;
const SEQUENCE_RANGE = 2 ** 31;

type PastBatch = { firstSequence: number; lastSequence: number; baseOffset: number };

export type ProducerState = { id: number; epoch: number; batches: PastBatch[] };

export type SequenceVerdict =
  | { kind: 'next' }
  | { kind: 'duplicate'; baseOffset: number }
  | { kind: 'refused'; errorCode: ErrorCode };

type SequencedBatch = Pick<BatchHeader, 'producer' | 'recordCount'>;

/** What each idempotent producer wrote last in one partition, so that a batch sent twice is stored once. */
export class ProducerSequences {
  // In order of last use: the one silent for longest is forgotten first.
  readonly #producers = new Map<number, ProducerState>();

  constructor(states: readonly ProducerState[] = []) {
    for (const state of states) this.#producers.set(state.id, state);
  }

  snapshot(): ProducerState[] {
    return [...this.#producers.values()];
  }

  get(id: number): ProducerState | undefined {
    return this.#producers.get(id);
  }

  put(state: ProducerState): void {
    this.#producers.delete(state.id);
    this.#producers.set(state.id, state);
    if (this.#producers.size <= MAX_PRODUCERS) return;
    for (const oldest of this.#producers.keys()) {
      this.#producers.delete(oldest);
      break;
    }
  }
}

/** Whether the batch comes next, was stored before, or must not be stored. */
export function judgeSequence(known: ProducerState | undefined, batch: SequencedBatch): SequenceVerdict {
  const { producer } = batch;
  // A producer the log does not know (any more) may start anywhere, as in Apache Kafka.
  if (producer === null || known === undefined) return { kind: 'next' };
  if (producer.epoch < known.epoch) return { kind: 'refused', errorCode: ErrorCode.INVALID_PRODUCER_EPOCH };
  if (producer.epoch > known.epoch) {
    if (producer.firstSequence === 0) return { kind: 'next' };
    return { kind: 'refused', errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER };
  }
  const lastSequence = lastSequenceOf(batch);
  const same = known.batches.find(
    (past) => past.firstSequence === producer.firstSequence && past.lastSequence === lastSequence,
  );
  if (same !== undefined) return { kind: 'duplicate', baseOffset: same.baseOffset };
  const newest = known.batches.at(-1);
  if (newest === undefined || producer.firstSequence === (newest.lastSequence + 1) % SEQUENCE_RANGE) {
    return { kind: 'next' };
  }
  return { kind: 'refused', errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER };
}

/** The producer's state once the batch is stored at `baseOffset`; null for a batch without a producer. */
export function withBatch(
  known: ProducerState | undefined,
  batch: SequencedBatch,
  baseOffset: number,
): ProducerState | null {
  const { producer } = batch;
  if (producer === null) return null;
  const past = known?.epoch === producer.epoch ? known.batches : [];
  const added = { firstSequence: producer.firstSequence, lastSequence: lastSequenceOf(batch), baseOffset };
  return { id: producer.id, epoch: producer.epoch, batches: [...past, added].slice(-REMEMBERED_BATCHES) };
}

/** Sequences wrap round to 0 after 2^31 - 1. */
function lastSequenceOf(batch: SequencedBatch): number {
  return ((batch.producer?.firstSequence ?? 0) + batch.recordCount - 1) % SEQUENCE_RANGE;
}
