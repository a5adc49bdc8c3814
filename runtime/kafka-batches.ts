import type { Consumer, EachBatchPayload } from 'kafkajs';
import { createBatchMeters } from './kafka-batch-meters.ts';
import { handleAndCommit, type RecordBatch } from './kafka-batch-work.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import type { Fence, TopicPartition } from './kafka-fence.ts';
import { onOffsetOutOfRange } from './kafka-internals.ts';
import { createLagTracker, type PartitionLag } from './kafka-lag.ts';
import { followMembership, isEndOfMembership, type Membership } from './kafka-membership.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { retry } from './retry.ts';

export type BatchOptions = {
  readonly kafka: KafkaConnection;
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Where a group without a committed offset begins; at the oldest record unless false. */
  readonly fromBeginning?: boolean;
  readonly partitionsConsumedConcurrently?: number;
  readonly maxBytesPerPartition?: number;
  /** How long a fetch waits for `minBytes`; an idle member notices a rebalance at the latest after it. */
  readonly maxWaitTimeMs?: number;
  readonly minBytes?: number;
  /** Commits offsets only at multiples of this: after a restart the last block comes again from its beginning. */
  readonly commitEvery?: number;
  /** Runs before the first batch of a new assignment; batches wait for it. Tried until it succeeds. */
  readonly onAssigned?: (partitions: readonly TopicPartition[]) => Promise<void>;
  readonly onRevoked?: () => void;
  /**
   * Resolves when everything of the batch is safe; only then its offset is committed. A batch whose handler throws is
   * given again until it succeeds or is no longer ours, so each record comes at least once.
   */
  readonly handle: (batch: RecordBatch, fence: Fence) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The consumer ended for good: the process has to exit. */
  readonly onFatal: (error: Error) => void;
};

export type BatchRunner = {
  /** Fetches no more, gives running handlers a few seconds, then aborts them; commits what is done and leaves the group. */
  readonly stop: () => Promise<void>;
  /** True while the group hears from this member. */
  readonly isHealthy: () => boolean;
  /** How far behind the end each assigned partition is. */
  readonly lag: () => readonly PartitionLag[];
};

/** A member that crashed holds its partitions for this long. */
const sessionTimeoutMs = 10_000;
const heartbeatIntervalMs = 3000;
/** Two heartbeats that did not come, and some time for the third. */
const healthyWithinMs = 2 * heartbeatIntervalMs + 1000;
const stopGraceMs = 5000;
const startTimeoutMs = 60_000;

/** Consumes topics as a member of a group, a batch of one partition at a time. */
export async function runBatches(options: BatchOptions): Promise<BatchRunner> {
  const { groupId, logger } = options;
  const meters = createBatchMeters(options.metrics, groupId);
  const lag = createLagTracker(meters.lag, groupId);
  const consumer = createConsumer(options);
  const membership = followMembership(consumer, {
    groupId,
    logger,
    onFatal: options.onFatal,
    onAssigned: async (partitions) => {
      lag.assign(partitions);
      await options.onAssigned?.(partitions);
    },
    onRevoked: () => {
      meters.rebalances.inc({ group: groupId });
      options.onRevoked?.();
    },
  });
  const stopListening = onOffsetOutOfRange(groupId, (at) => {
    meters.lost.inc({ group: groupId, topic: at.topic });
    logger.error({ groupId, ...at }, 'the committed offset is no longer in the log: records may have been lost');
  });

  await subscribe(consumer, options);
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: options.partitionsConsumedConcurrently ?? 1,
    eachBatch: async (payload) => {
      const fence = membership.fenceOf(payload.batch);
      const stopBeating = keepBeating(payload, membership, logger);
      try {
        await membership.prepared();
        await handleAndCommit({
          commitEvery: options.commitEvery,
          handle: options.handle,
          payload,
          fence,
          groupId,
          meters,
          lag,
          logger,
        });
      } catch (error) {
        // Whatever failed after the assignment ended, failed because of that; the next owner does the batch.
        if (fence.isCurrent()) throw error;
      } finally {
        stopBeating();
      }
    },
  });

  return {
    stop: async () => {
      const timer = setTimeout(membership.end, stopGraceMs, 'stopping');
      await consumer.disconnect();
      clearTimeout(timer);
      stopListening();
    },
    isHealthy: () => Date.now() - membership.lastSignMs() < healthyWithinMs,
    lag: lag.read,
  };
}

function createConsumer(options: BatchOptions): Consumer {
  const patience = { retries: 8, initialRetryMs: 100, maxRetryMs: 3000, requestTimeoutMs: 30_000 };
  return options.kafka.client(patience).consumer({
    groupId: options.groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: 60_000,
    heartbeatInterval: heartbeatIntervalMs,
    maxBytesPerPartition: options.maxBytesPerPartition ?? 1024 * 1024,
    maxWaitTimeInMs: options.maxWaitTimeMs ?? 250,
    minBytes: options.minBytes ?? 1,
    maxBytes: 16 * 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 8, restartOnFailure: async () => true },
  });
}

async function subscribe(consumer: Consumer, { topics, fromBeginning = true, logger }: BatchOptions): Promise<void> {
  await retry(
    async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning });
    },
    {
      baseDelayMs: 500,
      maxDelayMs: 3000,
      signal: AbortSignal.timeout(startTimeoutMs),
      isRetryable: () => true,
      onRetry: (error) => {
        logger.warn({ err: error, topics }, 'cannot subscribe yet: are the brokers up and the topics created?');
      },
    },
  );
}

/** While a handler works nobody else heartbeats, and the group would throw this member out (tulios/kafkajs#1527). */
function keepBeating(payload: EachBatchPayload, membership: Membership, logger: Logger): () => void {
  const timer = setInterval(() => {
    payload.heartbeat().catch((error: unknown) => {
      if (isEndOfMembership(error)) membership.end('a heartbeat was refused');
      else logger.warn({ err: error }, 'a heartbeat failed');
    });
  }, heartbeatIntervalMs / 2);
  return () => {
    clearInterval(timer);
  };
}
