import { type Codec, readTopics, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

/** Timestamps that stand for a place in the log. */
export const LATEST_TIMESTAMP = -1;
export const EARLIEST_TIMESTAMP = -2;

export type ListOffsetsRequest = { topics: TopicPartitions<{ index: number; timestamp: number }>[] };

export type ListedOffset = { index: number; errorCode: ErrorCode; timestamp: number; offset: number };

export type ListOffsetsResponse = { topics: TopicPartitions<ListedOffset>[] };

export const listOffsets: Codec<ListOffsetsRequest, ListOffsetsResponse> = {
  key: 2,
  name: 'ListOffsets',
  minVersion: 1,
  maxVersion: 5,
  decode: (reader, version) => {
    reader.int32(); // replica id
    if (version >= 2) reader.int8(); // isolation level
    const topics = readTopics(reader, () => {
      const index = reader.int32();
      if (version >= 4) reader.int32(); // leader epoch: there is one leader for ever
      return { index, timestamp: reader.int64() };
    });
    return { topics };
  },
  encode: (writer, version, response) => {
    if (version >= 2) writeThrottleTime(writer);
    writeTopics(writer, response.topics, (partition) => {
      writer.int32(partition.index).int16(partition.errorCode).int64(partition.timestamp).int64(partition.offset);
      if (version >= 4) writer.int32(-1); // leader epoch
    });
  },
};
