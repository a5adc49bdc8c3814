import { type Codec, writeThrottleTime } from './codec.ts';
import type { ErrorCode } from './error-codes.ts';
import type { Writer } from './writer.ts';

/** `null` asks for all topics. */
export type MetadataRequest = { topics: string[] | null };

export type MetadataTopic = { errorCode: ErrorCode; name: string; partitionCount: number };

export type MetadataResponse = {
  clusterId: string;
  nodeId: number;
  host: string;
  port: number;
  topics: MetadataTopic[];
};

export const metadata: Codec<MetadataRequest, MetadataResponse> = {
  key: 3,
  name: 'Metadata',
  minVersion: 0,
  maxVersion: 6,
  decode: (reader, version) => {
    const topics = reader.nullableArray(() => reader.string());
    if (version >= 4) reader.boolean(); // allow_auto_topic_creation: topics are only ever created on purpose
    return { topics: version === 0 && topics?.length === 0 ? null : topics };
  },
  encode: (writer, version, response) => {
    if (version >= 3) writeThrottleTime(writer);
    writer.int32(1).int32(response.nodeId).string(response.host).int32(response.port);
    if (version >= 1) writer.nullableString(null); // rack
    if (version >= 2) writer.nullableString(response.clusterId);
    if (version >= 1) writer.int32(response.nodeId); // controller
    writer.array(response.topics, (topic) => writeTopic(writer, version, topic, response.nodeId));
  },
};

function writeTopic(writer: Writer, version: number, topic: MetadataTopic, nodeId: number): void {
  writer.int16(topic.errorCode).string(topic.name);
  if (version >= 1) writer.boolean(false); // is_internal
  writer.int32(topic.partitionCount);
  for (let partition = 0; partition < topic.partitionCount; partition += 1) {
    writer.int16(0).int32(partition).int32(nodeId);
    writer.int32(1).int32(nodeId); // replicas
    writer.int32(1).int32(nodeId); // in sync
    if (version >= 5) writer.int32(0); // offline
  }
}
