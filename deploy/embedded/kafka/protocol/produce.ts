import { type Codec, readTopics, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type ProducePartition = { index: number; records: Buffer | null };

export type ProduceRequest = {
  transactionalId: string | null;
  acks: number;
  topics: TopicPartitions<ProducePartition>[];
};

export type ProducedPartition = {
  index: number;
  errorCode: ErrorCode;
  baseOffset: number;
  logStartOffset: number;
};

export type ProduceResponse = { topics: TopicPartitions<ProducedPartition>[] };

export const produce: Codec<ProduceRequest, ProduceResponse> = {
  key: 0,
  name: 'Produce',
  // Versions 0-2 carry message formats that are refused; librdkafka compresses only if they are advertised.
  minVersion: 0,
  maxVersion: 7,
  decode: (reader, version) => {
    const transactionalId = version >= 3 ? reader.nullableString() : null;
    const acks = reader.int16();
    reader.int32(); // timeout for replicas, of which there are none
    const topics = readTopics(reader, () => ({ index: reader.int32(), records: reader.nullableBytes() }));
    return { transactionalId, acks, topics };
  },
  encode: (writer, version, response) => {
    writeTopics(writer, response.topics, (partition) => {
      writer.int32(partition.index).int16(partition.errorCode).int64(partition.baseOffset);
      if (version >= 2) writer.int64(-1); // log append time: records keep the producer's
      if (version >= 5) writer.int64(partition.logStartOffset);
    });
    if (version >= 1) writeThrottleTime(writer);
  },
};
