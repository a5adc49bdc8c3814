import { ErrorCode } from '../protocol/error-codes.ts';
import type { BatchHeader } from '../protocol/record-batch.ts';
import { judgeSequence, type ProducerState, withBatch } from './producer-sequences.ts';

/** A batch that passed validation. */
export type Incoming = { bytes: Buffer; header: BatchHeader };

export type Appended = { errorCode: ErrorCode; baseOffset: number };

/** What a group of batches comes to. */
export type Placement = {
  /** For each batch, in order. */
  answers: Appended[];
  /** Those that are new, with their places. */
  batches: (Incoming & { baseOffset: number })[];
  /** What to remember of the producers once the batches are stored. */
  producers: Map<number, ProducerState>;
  length: number;
  nextOffset: number;
};

/** Gives each new batch its offset, recognises repeated ones and refuses those out of sequence. */
export function placeBatches(
  batches: readonly Incoming[],
  firstOffset: number,
  known: { get: (producerId: number) => ProducerState | undefined },
): Placement {
  const placed: Placement = { answers: [], batches: [], producers: new Map(), length: 0, nextOffset: firstOffset };
  for (const batch of batches) {
    const producerId = batch.header.producer?.id ?? -1;
    const state = placed.producers.get(producerId) ?? known.get(producerId);
    const verdict = judgeSequence(state, batch.header);
    switch (verdict.kind) {
      case 'refused':
        placed.answers.push({ errorCode: verdict.errorCode, baseOffset: -1 });
        break;
      case 'duplicate':
        placed.answers.push({ errorCode: ErrorCode.NONE, baseOffset: verdict.baseOffset });
        break;
      case 'next':
        place(placed, batch, state);
    }
  }
  return placed;
}

function place(placed: Placement, batch: Incoming, state: ProducerState | undefined): void {
  const baseOffset = placed.nextOffset;
  placed.answers.push({ errorCode: ErrorCode.NONE, baseOffset });
  placed.batches.push({ ...batch, baseOffset });
  placed.length += batch.bytes.length;
  placed.nextOffset += batch.header.recordCount;
  const after = withBatch(state, batch.header, baseOffset);
  if (after !== null) placed.producers.set(after.id, after);
}
