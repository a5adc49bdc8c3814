import { type Codec, readTopics, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

/** Records before `offset` go; -1 means all there are. */
export type DeleteRecordsRequest = { topics: TopicPartitions<{ index: number; offset: number }>[] };

export type DeletedRecords = { index: number; lowWatermark: number; errorCode: ErrorCode };

export type DeleteRecordsResponse = { topics: TopicPartitions<DeletedRecords>[] };

export const deleteRecords: Codec<DeleteRecordsRequest, DeleteRecordsResponse> = {
  key: 21,
  name: 'DeleteRecords',
  minVersion: 0,
  maxVersion: 1,
  decode: (reader) => {
    const topics = readTopics(reader, () => ({ index: reader.int32(), offset: reader.int64() }));
    reader.int32(); // timeout
    return { topics };
  },
  encode: (writer, _version, response) => {
    writeThrottleTime(writer);
    writeTopics(writer, response.topics, (partition) => {
      writer.int32(partition.index).int64(partition.lowWatermark).int16(partition.errorCode);
    });
  },
};
