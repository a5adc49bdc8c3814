import type { RecordBatch } from '../../runtime/kafka.ts';

/** A batch of one partition, as the log gives it. */
export const batchOf = (topic: string, values: readonly (Buffer | null)[], firstOffset = 0): RecordBatch => ({
  topic,
  partition: 0,
  highWatermark: String(firstOffset + values.length),
  messages: values.map((value, at) => ({
    offset: String(firstOffset + at),
    key: null,
    value,
    timestampMs: 1_767_600_000_000,
    headers: {},
  })),
});
