import { type Codec, readTopic, type TopicPartitions, writeThrottleTime, writeTopics } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** `topics: null` asks for everything the group has committed. */
export type OffsetFetchGroup = { groupId: string; topics: TopicPartitions<number>[] | null };

/** One group, but for version 8, which asks for any number of them. */
export type OffsetFetchRequest = { groups: OffsetFetchGroup[] };

export type FetchedOffset = { index: number; offset: number; metadata: string; errorCode: ErrorCode };

export type OffsetFetchResponse = { groups: { groupId: string; topics: TopicPartitions<FetchedOffset>[] }[] };

export const offsetFetch: Codec<OffsetFetchRequest, OffsetFetchResponse> = {
  key: 9,
  name: 'OffsetFetch',
  minVersion: 1,
  maxVersion: 8,
  flexibleFrom: 6,
  decode: (reader, version) => {
    const groups = version >= 8 ? reader.array(() => readGroup(reader)) : [readUnendedGroup(reader)];
    if (version >= 7) reader.boolean(); // only what no transaction may take back: there are none
    reader.endStruct();
    return { groups };
  },
  encode: (writer, version, { groups }) => {
    if (version >= 3) writeThrottleTime(writer);
    if (version >= 8) {
      writer.array(groups, ({ groupId, topics }) => {
        writer.string(groupId);
        writeOffsets(writer, version, topics);
        writer.int16(0).endStruct();
      });
    } else {
      writeOffsets(writer, version, groups[0]?.topics ?? []);
      if (version >= 2) writer.int16(0);
    }
    writer.endStruct();
  },
};

function readGroup(reader: Reader): OffsetFetchGroup {
  const group = readUnendedGroup(reader);
  reader.endStruct();
  return group;
}

/** Until version 7 the request is the group. */
function readUnendedGroup(reader: Reader): OffsetFetchGroup {
  return {
    groupId: reader.string(),
    topics: reader.nullableArray(() => readTopic(reader, () => reader.int32())),
  };
}

function writeOffsets(writer: Writer, version: number, topics: TopicPartitions<FetchedOffset>[]): void {
  writeTopics(writer, topics, (partition) => {
    writer.int32(partition.index).int64(partition.offset);
    if (version >= 5) writer.int32(-1); // leader epoch: there is one leader for ever
    writer.nullableString(partition.metadata).int16(partition.errorCode).endStruct();
  });
}
