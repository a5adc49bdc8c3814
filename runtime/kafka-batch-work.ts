import type { Batch, EachBatchPayload } from 'kafkajs';
import type { BatchMeters } from './kafka-batch-meters.ts';
import type { Fence } from './kafka-fence.ts';
import type { LagTracker } from './kafka-lag.ts';
import { isEndOfMembership } from './kafka-membership.ts';
import { type LogRecord, toLogRecord } from './kafka-records.ts';
import type { Logger } from './logger.ts';
import { retry } from './retry.ts';

export type RecordBatch = {
  readonly topic: string;
  readonly partition: number;
  /** In the order of the log; never empty, but values may be null (tombstones). */
  readonly messages: readonly LogRecord[];
  /** The offset that the next record written to the partition will have. */
  readonly highWatermark: string;
};

type BatchWork = {
  readonly handle: (batch: RecordBatch, fence: Fence) => Promise<void>;
  readonly payload: Pick<EachBatchPayload, 'batch' | 'commitOffsetsIfNecessary' | 'resolveOffset'>;
  readonly fence: Fence;
  readonly groupId: string;
  readonly meters: BatchMeters;
  readonly lag: LagTracker;
  readonly logger: Logger;
  /** Only multiples of this are committed. */
  readonly commitEvery?: number | undefined;
};

/** Handles, then commits, then moves on: each step only after the one before, and only while the batch is still ours. */
export async function handleAndCommit(work: BatchWork): Promise<void> {
  const { payload, fence, lag } = work;
  const { batch } = payload;
  const { topic, partition, highWatermark } = batch;
  const last = batch.messages.at(-1);
  if (last === undefined || !fence.isCurrent()) return;
  lag.at({ topic, partition, highWatermark, next: batch.firstOffset() ?? last.offset });
  const observe = work.meters.begin(topic, batch.messages.length);

  await handleUntilDone(work);
  if (!fence.isCurrent()) {
    work.meters.fenced.inc({ group: work.groupId, topic });
    return;
  }
  const next = (BigInt(batch.lastOffset()) + 1n).toString();
  const committed = committable(work, next);
  if (committed !== null) await commit(work, committed);
  // A rejoin during the commit has begun again from what is committed: nothing to move on in.
  if (!fence.isCurrent()) return;
  payload.resolveOffset(last.offset);
  lag.at({ topic, partition, highWatermark, next });
  observe();
}

/** Up to which offset may be committed; null where that says nothing new. Offsets that hold no message do not count. */
function committable({ payload: { batch }, commitEvery }: BatchWork, next: string): string | null {
  if (commitEvery === undefined) return next;
  const every = BigInt(commitEvery);
  const block = (offset: string): bigint => BigInt(offset) / every;
  const [first, last] = [batch.messages[0]?.offset ?? '0', batch.messages.at(-1)?.offset ?? '0'];
  const end = (BigInt(last) + 1n) / every;
  return end > block(first) ? (end * every).toString() : null;
}

async function handleUntilDone({ handle, payload, fence, groupId, meters, logger }: BatchWork): Promise<void> {
  const { batch } = payload;
  const records = toRecordBatch(batch);
  await retry(async () => handle(records, fence), {
    baseDelayMs: 200,
    maxDelayMs: 10_000,
    signal: fence.signal,
    isRetryable: () => true,
    onRetry: (error, attempt, delayMs) => {
      meters.retries.inc({ group: groupId, topic: batch.topic });
      const at = { topic: batch.topic, partition: batch.partition, offset: batch.firstOffset() };
      logger.error({ err: error, ...at, attempt, delayMs }, 'a batch failed, trying again');
    },
  });
}

async function commit({ payload, fence }: BatchWork, next: string): Promise<void> {
  const { topic, partition } = payload.batch;
  const offsets = { topics: [{ topic, partitions: [{ partition, offset: next }] }] };
  await retry(async () => payload.commitOffsetsIfNecessary(offsets), {
    attempts: 5,
    baseDelayMs: 100,
    maxDelayMs: 2000,
    signal: fence.signal,
    isRetryable: (error) => !isEndOfMembership(error),
  });
}

function toRecordBatch({ topic, partition, messages, highWatermark }: Batch): RecordBatch {
  return { topic, partition, messages: messages.map(toLogRecord), highWatermark };
}
