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
  maxVersion: 9,
  flexibleFrom: 9,
  decode: (reader, version) => {
    const topics = reader.nullableArray(() => {
      const name = reader.string();
      reader.endStruct();
      return name;
    });
    if (version >= 4) reader.boolean(); // allow_auto_topic_creation: topics are only ever created on purpose
    if (version >= 8) reader.int16(); // what may be done with cluster and topics: everything, which need not be said
    reader.endStruct();
    return { topics: version === 0 && topics?.length === 0 ? null : topics };
  },
  encode: (writer, version, response) => {
    if (version >= 3) writeThrottleTime(writer);
    writer.array([response], ({ nodeId, host, port }) => {
      writer.int32(nodeId).string(host).int32(port);
      if (version >= 1) writer.nullableString(null); // rack
      writer.endStruct();
    });
    if (version >= 2) writer.nullableString(response.clusterId);
    if (version >= 1) writer.int32(response.nodeId); // controller
    writer.array(response.topics, (topic) => writeTopic(writer, version, topic, response.nodeId));
    if (version >= 8) writer.int32(UNSAID);
    writer.endStruct();
  },
};

/** For operations that are allowed. */
const UNSAID = -2_147_483_648;
/** Leaders do not change, so that nobody need ask where the log of one ended. */
const NO_EPOCH = -1;

function writeTopic(writer: Writer, version: number, topic: MetadataTopic, nodeId: number): void {
  writer.int16(topic.errorCode).string(topic.name);
  if (version >= 1) writer.boolean(false); // is_internal
  const partitions = Array.from({ length: topic.partitionCount }, (_, partition) => partition);
  const thisNode = (): Writer => writer.array([nodeId], (id) => writer.int32(id));
  writer.array(partitions, (partition) => {
    writer.int16(0).int32(partition).int32(nodeId);
    if (version >= 7) writer.int32(NO_EPOCH);
    thisNode(); // replicas
    thisNode(); // in sync
    if (version >= 5) writer.array([], () => undefined); // offline
    writer.endStruct();
  });
  if (version >= 8) writer.int32(UNSAID);
  writer.endStruct();
}
