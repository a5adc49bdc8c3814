import type { Admin } from 'kafkajs';
import type { KafkaConnection } from './kafka-connection.ts';

/** Offsets by partition: each is that of a partition's next record. */
export type Offsets = ReadonlyMap<number, bigint>;

/** Watches how far another consumer group has come in a topic. Throws when the brokers do not answer. */
export type GroupProgress = {
  /** Where the topic's partitions end now. Those without a record are left out. */
  readonly ends: () => Promise<Offsets>;
  /** Up to where the group has committed; a partition of which it committed nothing is left out. */
  readonly committed: () => Promise<Offsets>;
  readonly stop: () => Promise<void>;
};

export function watchGroup(kafka: KafkaConnection, groupId: string, topic: string): GroupProgress {
  const client = kafka.client({ retries: 2, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 });
  let connecting: Promise<Admin> | undefined;

  async function connect(): Promise<Admin> {
    const admin = client.admin();
    await admin.connect();
    return admin;
  }

  async function disconnect(): Promise<void> {
    const gone = connecting;
    connecting = undefined;
    try {
      await (await gone)?.disconnect();
    } catch {
      // What failed to connect, or is gone already, needs no more.
    }
  }

  /** After a failure the next look begins with a new connection. */
  async function withAdmin<Result>(look: (admin: Admin) => Promise<Result>): Promise<Result> {
    connecting ??= connect();
    try {
      return await look(await connecting);
    } catch (error) {
      await disconnect();
      throw error;
    }
  }

  return {
    ends: async () =>
      withAdmin(async (admin) => {
        const partitions = await admin.fetchTopicOffsets(topic);
        const filled = partitions.filter(({ low, high }) => low !== high);
        return new Map(filled.map(({ partition, high }) => [partition, BigInt(high)]));
      }),
    committed: async () =>
      withAdmin(async (admin) => {
        const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
        const partitions = (answer?.partitions ?? []).filter(({ offset }) => Number(offset) >= 0);
        return new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
      }),
    stop: disconnect,
  };
}

/** Whether everything before these ends is committed. */
export function hasPassed(committed: Offsets, ends: Offsets): boolean {
  return [...ends].every(([partition, end]) => (committed.get(partition) ?? 0n) >= end);
}
