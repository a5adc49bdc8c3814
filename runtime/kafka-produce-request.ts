import { crc32c } from './crc32c.ts';
import { KafkaWriter, varintSize } from './kafka-writer.ts';

// Produce requests of versions 5 to 7, without compression or transactions. kafkajs allocates half a kilobyte for each
// record and copies its list of records for each record, about 12 µs apiece; this writes all into one buffer.

export type ProduceRecord = {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** ms since the epoch; `nowMs` of the request unless given. */
  readonly timestamp?: number | undefined;
};

export type PartitionRecords = {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ProduceRecord[];
};

export type PartitionAnswer = { readonly topic: string; readonly partition: number; readonly errorCode: number };

const allInSyncReplicas = -1;

/** The body of a request that is acknowledged when all in-sync replicas have it; one entry for each partition. */
export function encodeProduceRequest(
  partitions: readonly PartitionRecords[],
  { timeoutMs, nowMs, bytesExpected }: { timeoutMs: number; nowMs: number; bytesExpected: number },
): Buffer {
  const writer = new KafkaWriter(bytesExpected);
  const topics = Map.groupBy(partitions, ({ topic }) => topic);
  writer.int16(-1); // no transaction
  writer.int16(allInSyncReplicas);
  writer.int32(timeoutMs);
  writer.int32(topics.size);
  for (const [topic, ofTopic] of topics) {
    writer.string(topic);
    writer.int32(ofTopic.length);
    for (const { partition, records } of ofTopic) {
      writer.int32(partition);
      const sizeAt = writer.length;
      writer.int32(0);
      writeRecordBatch(writer, records, nowMs);
      writer.setInt32(writer.length - sizeAt - 4, sizeAt);
    }
  }
  return writer.written();
}

/** A record batch of magic 2 (https://kafka.apache.org/documentation/#recordbatch). */
function writeRecordBatch(writer: KafkaWriter, records: readonly ProduceRecord[], nowMs: number): void {
  const firstMs = records[0]?.timestamp ?? nowMs;
  const maxMs = records.reduce((max, { timestamp = nowMs }) => Math.max(max, timestamp), firstMs);
  writer.int64(0); // base offset, set by the broker
  const lengthAt = writer.length;
  writer.int32(0);
  writer.int32(-1); // partition leader epoch
  writer.int8(2); // magic
  const crcAt = writer.length;
  writer.int32(0);
  writer.int16(0); // attributes: no compression, the producer's time
  writer.int32(records.length - 1);
  writer.int64(firstMs);
  writer.int64(maxMs);
  writer.int64(-1); // producer id: not idempotent, kafkajs' sequences lose data (tulios/kafkajs#598)
  writer.int16(-1);
  writer.int32(-1);
  writer.int32(records.length);
  records.forEach((record, index) => {
    writeRecord(writer, record, index, (record.timestamp ?? nowMs) - firstMs);
  });
  writer.setInt32(writer.length - lengthAt - 4, lengthAt);
  writer.setInt32(crc32c(writer.written(crcAt + 4)), crcAt);
}

function writeRecord(writer: KafkaWriter, record: ProduceRecord, offsetDelta: number, timestampDelta: number): void {
  const headers = Object.entries(record.headers ?? {});
  let size = 1 + varintSize(timestampDelta) + varintSize(offsetDelta) + sizeOf(record.key) + sizeOf(record.value);
  size += varintSize(headers.length);
  for (const [name, value] of headers) size += sizeOf(name) + sizeOf(value);

  writer.varint(size);
  writer.int8(0); // attributes
  writer.varint(timestampDelta);
  writer.varint(offsetDelta);
  writer.varintBytes(record.key);
  writer.varintBytes(record.value);
  writer.varint(headers.length);
  for (const [name, value] of headers) {
    writer.varintBytes(name);
    writer.varintBytes(value);
  }
}

function sizeOf(value: string | Uint8Array | null): number {
  if (value === null) return varintSize(-1);
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  return varintSize(bytes) + bytes;
}

/** Reads the answer to such a request. */
export function decodeProduceResponse(payload: Buffer): {
  readonly answers: readonly PartitionAnswer[];
  readonly throttleMs: number;
} {
  const answers: PartitionAnswer[] = [];
  let at = 4;
  for (let topics = payload.readInt32BE(0); topics > 0; topics -= 1) {
    const nameLength = payload.readInt16BE(at);
    const topic = payload.toString('utf8', at + 2, at + 2 + nameLength);
    at += 2 + nameLength + 4;
    for (let partitions = payload.readInt32BE(at - 4); partitions > 0; partitions -= 1) {
      answers.push({ topic, partition: payload.readInt32BE(at), errorCode: payload.readInt16BE(at + 4) });
      at += 4 + 2 + 3 * 8; // partition, error, base offset, append time, log start offset
    }
  }
  return { answers, throttleMs: payload.readInt32BE(at) };
}
