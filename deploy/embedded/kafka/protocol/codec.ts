import type { Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** How one API looks on the wire, from `minVersion` to `maxVersion`. */
export type Codec<Request, Response> = {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The first version whose request header ends in tagged fields; none of ours but ApiVersions. */
  readonly flexibleFrom?: number;
  readonly decode: (reader: Reader, version: number) => Request;
  readonly encode: (writer: Writer, version: number, response: Response) => void;
};

export type TopicPartitions<Partition> = { name: string; partitions: Partition[] };

/** The shape most requests share: topics by name, each with its partitions. */
export function readTopics<P>(reader: Reader, partition: () => P): TopicPartitions<P>[] {
  return reader.array(() => ({ name: reader.string(), partitions: reader.array(partition) }));
}

export function writeTopics<P>(
  writer: Writer,
  topics: readonly TopicPartitions<P>[],
  partition: (value: P) => void,
): void {
  writer.array(topics, (topic) => {
    writer.string(topic.name).array(topic.partitions, partition);
  });
}

/** Every answer says how long the client was held back; this broker never does. */
export function writeThrottleTime(writer: Writer): void {
  writer.int32(0);
}
