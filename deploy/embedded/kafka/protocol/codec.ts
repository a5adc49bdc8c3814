import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** How one API looks on the wire, from `minVersion` to `maxVersion`. */
export type Codec<Request, Response> = {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The first flexible version (KIP-482). */
  readonly flexibleFrom?: number;
  /** Whether the answer's header stays as it was: that of ApiVersions, which a client reads before it knows us. */
  readonly hasPlainAnswerHeader?: true;
  readonly decode: (reader: Reader, version: number) => Request;
  readonly encode: (writer: Writer, version: number, response: Response) => void;
};

export type TopicPartitions<Partition> = { name: string; partitions: Partition[] };

/** The shape most requests share: topics by name, each with its partitions. */
export function readTopics<P>(reader: Reader, partition: () => P): TopicPartitions<P>[] {
  return reader.array(() => readTopic(reader, partition));
}

export function readTopic<P>(reader: Reader, partition: () => P): TopicPartitions<P> {
  const topic = { name: reader.string(), partitions: reader.array(partition) };
  reader.endStruct();
  return topic;
}

export function writeTopics<P>(
  writer: Writer,
  topics: readonly TopicPartitions<P>[],
  partition: (value: P) => void,
): void {
  writer.array(topics, (topic) => {
    writer.string(topic.name).array(topic.partitions, partition).endStruct();
  });
}

/** Every answer says how long the client was held back; this broker never does. */
export function writeThrottleTime(writer: Writer): void {
  writer.int32(0);
}
