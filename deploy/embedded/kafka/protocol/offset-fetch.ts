import { type Codec, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

/** `topics: null` asks for everything the group has committed. */
export type OffsetFetchRequest = { groupId: string; topics: TopicPartitions<number>[] | null };

export type FetchedOffset = { index: number; offset: number; metadata: string; errorCode: ErrorCode };

export type OffsetFetchResponse = { topics: TopicPartitions<FetchedOffset>[] };

export const offsetFetch: Codec<OffsetFetchRequest, OffsetFetchResponse> = {
  key: 9,
  name: 'OffsetFetch',
  minVersion: 1,
  maxVersion: 4,
  decode: (reader) => ({
    groupId: reader.string(),
    topics: reader.nullableArray(() => ({ name: reader.string(), partitions: reader.array(() => reader.int32()) })),
  }),
  encode: (writer, version, response) => {
    if (version >= 3) writeThrottleTime(writer);
    writeTopics(writer, response.topics, (partition) => {
      writer.int32(partition.index).int64(partition.offset);
      writer.nullableString(partition.metadata).int16(partition.errorCode);
    });
    if (version >= 2) writer.int16(0);
  },
};
