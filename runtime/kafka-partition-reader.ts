import { openCluster } from './kafka-cluster.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { type Broker, readCommitted, toFetchedBatch } from './kafka-internals.ts';
import { type LogRecord, toLogRecord } from './kafka-records.ts';

export type PartitionRead =
  | { readonly kind: 'records'; readonly records: readonly LogRecord[]; readonly next: bigint }
  | { readonly kind: 'out-of-range' };

/** Reads one partition by offset, without a group. */
export type PartitionReader = {
  readonly startOffset: () => Promise<bigint>;
  readonly endOffset: () => Promise<bigint>;
  /** Waits up to half a second for records from `offset` on; gives none when there are none. */
  readonly read: (offset: bigint) => Promise<PartitionRead>;
  readonly stop: () => Promise<void>;
};

const maxWaitMs = 500;
const maxBytes = 4 * 1024 * 1024;

export function createPartitionReader(kafka: KafkaConnection, topic: string, partition: number): PartitionReader {
  const access = openCluster(kafka, { retries: 1, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 15_000 });

  async function onLeader<Result>(work: (leader: Broker) => Promise<Result>): Promise<Result> {
    try {
      await access.prepare([topic]);
      return await work(await access.broker(access.leaderOf(topic, partition)));
    } catch (error) {
      if (!isOutOfRange(error)) await access.forget(error);
      throw error;
    }
  }

  async function boundary(fromBeginning: boolean): Promise<bigint> {
    const [offsets] = await onLeader(async () =>
      access.cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions: [{ partition }] }]),
    );
    const offset = offsets?.partitions[0]?.offset;
    if (offset === undefined) throw new Error(`the brokers gave no offset of ${topic}/${partition}`);
    return BigInt(offset);
  }

  async function fetch(offset: bigint): Promise<PartitionRead> {
    const fetchOffset = offset.toString();
    const { responses } = await onLeader(async (leader) =>
      leader.fetch({
        maxWaitTime: maxWaitMs,
        minBytes: 1,
        maxBytes,
        isolationLevel: readCommitted,
        topics: [{ topic, partitions: [{ partition, fetchOffset, maxBytes }] }],
      }),
    );
    const data = responses[0]?.partitions[0];
    if (data === undefined) return { kind: 'records', records: [], next: offset };
    const batch = toFetchedBatch(topic, fetchOffset, data);
    // A batch of nothing but control records still moves on; an empty answer does not.
    const next = batch.rawMessages.length === 0 ? offset : BigInt(batch.lastOffset()) + 1n;
    return { kind: 'records', records: batch.messages.map(toLogRecord), next };
  }

  return {
    startOffset: async () => boundary(true),
    endOffset: async () => boundary(false),
    read: async (offset) => {
      try {
        return await fetch(offset);
      } catch (error) {
        if (isOutOfRange(error)) return { kind: 'out-of-range' };
        throw error;
      }
    },
    stop: access.close,
  };
}

function isOutOfRange(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSOffsetOutOfRange';
}
