import { type Codec, readTopics, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type CommittedPartition = { index: number; offset: number; metadata: string };

export type OffsetCommitRequest = {
  groupId: string;
  generation: number;
  memberId: string;
  topics: TopicPartitions<CommittedPartition>[];
};

export type OffsetCommitResponse = { topics: TopicPartitions<{ index: number; errorCode: ErrorCode }>[] };

export const offsetCommit: Codec<OffsetCommitRequest, OffsetCommitResponse> = {
  key: 8,
  name: 'OffsetCommit',
  minVersion: 2,
  maxVersion: 8,
  flexibleFrom: 8,
  decode: (reader, version) => {
    const groupId = reader.string();
    const generation = reader.int32();
    const memberId = reader.string();
    if (version >= 7) reader.nullableString(); // group instance id, refused when joining
    if (version <= 4) reader.int64(); // retention: committed offsets are kept until the group is deleted
    const topics = readTopics(reader, () => {
      const index = reader.int32();
      const offset = reader.int64();
      if (version >= 6) reader.int32(); // leader epoch: there is one leader for ever
      const metadata = reader.nullableString() ?? '';
      reader.endStruct();
      return { index, offset, metadata };
    });
    reader.endStruct();
    return { groupId, generation, memberId, topics };
  },
  encode: (writer, version, response) => {
    if (version >= 3) writeThrottleTime(writer);
    writeTopics(writer, response.topics, (partition) => {
      writer.int32(partition.index).int16(partition.errorCode).endStruct();
    });
    writer.endStruct();
  },
};
