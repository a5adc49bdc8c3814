import type { ClientPatience, KafkaConnection } from './kafka-connection.ts';
import { type Broker, type Cluster, createCluster, isHalfConnected, protocolError } from './kafka-internals.ts';

/** The cluster's topics and brokers, asked anew after failures. */
export type ClusterAccess = {
  readonly cluster: Cluster;
  /** Connects if need be and makes sure that something is known of the topics. */
  readonly prepare: (topics: readonly string[]) => Promise<void>;
  /** How many partitions a topic has; throws when there is no such topic. */
  readonly partitionCount: (topic: string) => number;
  readonly leaderOf: (topic: string, partition: number) => string;
  readonly broker: (nodeId: string) => Promise<Broker>;
  /** To be called after a request failed: the broker may be gone or lead no longer. Never throws. */
  readonly forget: (error: unknown) => Promise<void>;
  readonly close: () => Promise<void>;
};

export function openCluster(kafka: KafkaConnection, patience: ClientPatience): ClusterAccess {
  const cluster = createCluster(kafka.client(patience));
  return {
    cluster,
    prepare: async (topics) => {
      if (isHalfConnected(cluster)) await cluster.disconnect();
      if (!cluster.isConnected()) await cluster.connect();
      for (const topic of topics) await cluster.addTargetTopic(topic);
      await cluster.refreshMetadataIfNecessary();
    },
    partitionCount: (topic) => {
      const { length } = cluster.findTopicPartitionMetadata(topic);
      if (length === 0) throw protocolError(unknownTopic);
      return length;
    },
    leaderOf: (topic, partition) => {
      const found = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition);
      if (found === undefined) throw new Error(`there is no partition ${topic}/${partition}`);
      return String(found.leader);
    },
    broker: async (nodeId) => cluster.findBroker({ nodeId }),
    forget: async (error) => {
      if (isClosedConnection(error)) cluster.removeBroker(error);
      try {
        await cluster.refreshMetadata();
      } catch {
        // The next request meets the same trouble and tells of it.
      }
    },
    close: async () => cluster.disconnect(),
  };
}

const unknownTopic = 3;

function isClosedConnection(error: unknown): error is Error & { host: string; port: number } {
  return error instanceof Error && error.name === 'KafkaJSConnectionClosedError';
}
