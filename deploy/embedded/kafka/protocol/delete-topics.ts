import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';

export type DeleteTopicsRequest = { names: string[] };
export type DeleteTopicsResponse = { topics: { name: string; errorCode: ErrorCode }[] };

export const deleteTopics: Codec<DeleteTopicsRequest, DeleteTopicsResponse> = {
  key: 20,
  name: 'DeleteTopics',
  minVersion: 0,
  maxVersion: 3,
  decode: (reader) => {
    const names = reader.array(() => reader.string());
    reader.int32(); // timeout
    return { names };
  },
  encode: (writer, version, response) => {
    if (version >= 1) writeThrottleTime(writer);
    writer.array(response.topics, (topic) => {
      writer.string(topic.name).int16(topic.errorCode);
    });
  },
};
