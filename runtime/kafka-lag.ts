import type { Gauge } from './metrics.ts';

export type PartitionLag = { readonly topic: string; readonly partition: number; readonly records: number };

type Position = {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the next record that will be written. */
  readonly highWatermark: string;
  /** Offset of the next record to handle. */
  readonly next: string;
};

export type LagTracker = {
  readonly assign: (partitions: readonly { topic: string; partition: number }[]) => void;
  readonly at: (position: Position) => void;
  readonly read: () => readonly PartitionLag[];
};

/** Remembers how many records each assigned partition is behind, as of its last batch; 0 until there was one. */
export function createLagTracker(gauge: Gauge<'group' | 'topic' | 'partition'>, group: string): LagTracker {
  let partitions = new Map<string, PartitionLag>();
  const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;
  const show = ({ topic, partition, records }: PartitionLag): void => {
    partitions.set(keyOf(topic, partition), { topic, partition, records });
    gauge.set({ group, topic, partition: String(partition) }, records);
  };
  return {
    assign: (assigned) => {
      for (const { topic, partition } of partitions.values()) gauge.remove(group, topic, String(partition));
      partitions = new Map();
      for (const { topic, partition } of assigned) show({ topic, partition, records: 0 });
    },
    at: ({ topic, partition, highWatermark, next }) => {
      if (!partitions.has(keyOf(topic, partition))) return;
      show({ topic, partition, records: Math.max(0, Number(BigInt(highWatermark) - BigInt(next))) });
    },
    read: () => [...partitions.values()],
  };
}
