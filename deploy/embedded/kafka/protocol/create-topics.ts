import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type ConfigEntry = { name: string; value: string | null };

export type NewTopic = {
  name: string;
  /** -1: the broker's default, or as many as `assignments` says. */
  partitionCount: number;
  replicationFactor: number;
  assignments: { partition: number; nodeIds: number[] }[];
  configs: ConfigEntry[];
};

export type CreateTopicsRequest = { topics: NewTopic[]; validateOnly: boolean };

export type TopicOutcome = { name: string; errorCode: ErrorCode; errorMessage: string | null };

export type CreateTopicsResponse = { topics: TopicOutcome[] };

export const createTopics: Codec<CreateTopicsRequest, CreateTopicsResponse> = {
  key: 19,
  name: 'CreateTopics',
  minVersion: 0,
  maxVersion: 3,
  decode: (reader, version) => {
    const topics = reader.array(() => ({
      name: reader.string(),
      partitionCount: reader.int32(),
      replicationFactor: reader.int16(),
      assignments: reader.array(() => ({ partition: reader.int32(), nodeIds: reader.array(() => reader.int32()) })),
      configs: reader.array(() => ({ name: reader.string(), value: reader.nullableString() })),
    }));
    reader.int32(); // timeout: the answer comes when the topic is on disk
    return { topics, validateOnly: version >= 1 ? reader.boolean() : false };
  },
  encode: (writer, version, response) => {
    if (version >= 2) writeThrottleTime(writer);
    writer.array(response.topics, (topic) => {
      writer.string(topic.name).int16(topic.errorCode);
      if (version >= 1) writer.nullableString(topic.errorMessage);
    });
  },
};
