import { type Codec, readTopics, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';
import type { RecordSlice } from './writer.ts';

export type FetchPartition = { index: number; offset: number; maxBytes: number };

export type FetchRequest = {
  maxWaitMs: number;
  minBytes: number;
  maxBytes: number;
  topics: TopicPartitions<FetchPartition>[];
};

export type FetchedPartition = {
  index: number;
  errorCode: ErrorCode;
  highWatermark: number;
  logStartOffset: number;
  records: RecordSlice | null;
};

export type FetchResponse = { topics: TopicPartitions<FetchedPartition>[] };

export const fetch: Codec<FetchRequest, FetchResponse> = {
  key: 1,
  name: 'Fetch',
  minVersion: 4,
  maxVersion: 12,
  flexibleFrom: 12,
  decode: (reader, version) => {
    reader.int32(); // replica id
    const maxWaitMs = reader.int32();
    const minBytes = reader.int32();
    const maxBytes = reader.int32();
    reader.int8(); // isolation level: without transactions both read the same
    if (version >= 7) {
      reader.int32(); // session id
      reader.int32(); // session epoch: the answer opens no session, so every fetch is a full one
    }
    const topics = readTopics(reader, () => {
      const index = reader.int32();
      if (version >= 9) reader.int32(); // current leader epoch: there is one leader for ever
      const offset = reader.int64();
      if (version >= 12) reader.int32(); // epoch of the record before
      if (version >= 5) reader.int64(); // a follower's log start offset
      const maxBytes = reader.int32();
      reader.endStruct();
      return { index, offset, maxBytes };
    });
    if (version >= 7) readTopics(reader, () => reader.int32()); // forgotten by the session
    if (version >= 11) reader.string(); // rack
    reader.endStruct();
    return { maxWaitMs, minBytes, maxBytes, topics };
  },
  encode: (writer, version, response) => {
    writeThrottleTime(writer);
    if (version >= 7) writer.int16(0).int32(0); // no error, no session
    writeTopics(writer, response.topics, (partition) => {
      writer.int32(partition.index).int16(partition.errorCode);
      writer.int64(partition.highWatermark).int64(partition.highWatermark); // the last stable offset is the same
      if (version >= 5) writer.int64(partition.logStartOffset);
      writer.array([], () => undefined); // aborted transactions
      if (version >= 11) writer.int32(-1); // preferred read replica
      writer.records(partition.records).endStruct();
    });
    writer.endStruct();
  },
};
