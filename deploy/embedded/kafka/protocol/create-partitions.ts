import { type Codec, writeThrottleTime } from './codec.ts';
import type { TopicOutcome } from './create-topics.ts';

export type PartitionGrowth = { name: string; totalCount: number };

export type CreatePartitionsRequest = { topics: PartitionGrowth[]; validateOnly: boolean };

export const createPartitions: Codec<CreatePartitionsRequest, { topics: TopicOutcome[] }> = {
  key: 37,
  name: 'CreatePartitions',
  minVersion: 0,
  maxVersion: 1,
  decode: (reader) => {
    const topics = reader.array(() => {
      const growth = { name: reader.string(), totalCount: reader.int32() };
      reader.nullableArray(() => reader.array(() => reader.int32())); // replica placement: there is one broker
      return growth;
    });
    reader.int32(); // timeout
    return { topics, validateOnly: reader.boolean() };
  },
  encode: (writer, _version, response) => {
    writeThrottleTime(writer);
    writer.array(response.topics, (topic) => {
      writer.string(topic.name).int16(topic.errorCode).nullableString(topic.errorMessage);
    });
  },
};
