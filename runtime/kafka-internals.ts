/**
 * The parts of kafkajs 2.2.4 that its public interface does not reach. The version is pinned and the project is at
 * rest, so these stay as they are; everything that knows of them is in this file.
 */
import { createRequire } from 'node:module';
import type { Kafka } from 'kafkajs';

const load = createRequire(import.meta.url);

type RequestQueue = {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
};

/**
 * kafkajs re-arms a timer with a negative time-out for ever, about 1,000 wake-ups a second for each connection
 * (tulios/kafkajs#1704). A check is only needed while requests wait.
 */
export function patchRequestQueue(): void {
  const { prototype } = load('kafkajs/src/network/requestQueue') as { prototype: RequestQueue & { patched?: true } };
  if (prototype.patched === true) return;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleIfPending(this: RequestQueue): void {
    if (this.pending.length > 0) schedule.call(this);
  };
  prototype.patched = true;
}

export type OutOfRange = { readonly topic: string; readonly partition: number };
type ConsumerGroup = {
  readonly groupId: string;
  recoverFromOffsetOutOfRange: (this: ConsumerGroup, error: OutOfRange) => Promise<void>;
};

const outOfRangeListeners = new Map<string, Set<(at: OutOfRange) => void>>();

/**
 * Tells when a group's offset was no longer in the log. kafkajs resets to the default offset and commits that, with no
 * sign but a line in its log, though records may have been lost. Returns what ends the listening.
 */
export function onOffsetOutOfRange(groupId: string, listener: (at: OutOfRange) => void): () => void {
  patchConsumerGroup();
  const listeners = outOfRangeListeners.get(groupId) ?? new Set();
  outOfRangeListeners.set(groupId, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) outOfRangeListeners.delete(groupId);
  };
}

function patchConsumerGroup(): void {
  const { prototype } = load('kafkajs/src/consumer/consumerGroup') as {
    prototype: ConsumerGroup & { patched?: true };
  };
  if (prototype.patched === true) return;
  const recover = prototype.recoverFromOffsetOutOfRange;
  prototype.recoverFromOffsetOutOfRange = function tellAndRecover(this: ConsumerGroup, error): Promise<void> {
    for (const listener of outOfRangeListeners.get(this.groupId) ?? []) listener(error);
    return recover.call(this, error);
  };
  prototype.patched = true;
}

export type FetchedMessage = {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
};

/** What one fetch of one partition gave, without control records and records below the offset asked for. */
export type FetchedBatch = {
  readonly messages: readonly FetchedMessage[];
  readonly rawMessages: readonly unknown[];
  readonly highWatermark: string;
  lastOffset(): string;
};

type PartitionData = { readonly partition: number };
type PartitionOffsets = { readonly partition: number; readonly offset: string };

type ProtocolRequest<Answer> = {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly expectResponse: () => boolean;
    readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  };
  readonly response: {
    readonly decode: (payload: Buffer) => Promise<Answer & { readonly clientSideThrottleTime: number }>;
    readonly parse: (answer: Answer) => Promise<Answer>;
  };
};

export type Broker = {
  /** The range of versions that the broker speaks of each request, by its key. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number } | undefined>>;
  readonly connectionPool: { send<Answer>(request: ProtocolRequest<Answer>): Promise<Answer> };
  disconnect(): Promise<void>;
  fetch(request: {
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    isolationLevel: number;
    topics: { topic: string; partitions: { partition: number; fetchOffset: string; maxBytes: number }[] }[];
  }): Promise<{ responses: { topicName: string; partitions: PartitionData[] }[] }>;
};

export type Cluster = {
  readonly brokerPool: { readonly seedBroker?: { readonly versions: object | null; isConnected(): boolean } };
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  removeBroker(address: { host: string; port: number }): void;
  findBroker(node: { nodeId: string }): Promise<Broker>;
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  fetchTopicsOffset(
    topics: { topic: string; fromBeginning: boolean; partitions: { partition: number }[] }[],
  ): Promise<{ topic: string; partitions: PartitionOffsets[] }[]>;
};

/** A cluster of kafkajs without a consumer or producer around it, with the client's addresses, TLS and login. */
export function createCluster(kafka: Kafka): Cluster {
  const create = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  if (create === undefined) throw new Error('this release of kafkajs has no createCluster');
  const build = Reflect.get(kafka, create) as (options: object) => Cluster;
  return build({ metadataMaxAge: 300_000, allowAutoTopicCreation: false, isolationLevel: readCommitted });
}

/**
 * Whether a broker took the connection and then did not tell in time what it speaks. kafkajs counts it as connected, so
 * it asks no more, and has no request to send: nothing but a new connection helps.
 */
export function isHalfConnected({ brokerPool: { seedBroker } }: Cluster): boolean {
  return seedBroker?.isConnected() === true && seedBroker.versions === null;
}

/** Sends a produce request that is encoded already; gives the answer undecoded but for its throttling. */
export async function sendProduceRequest<Answer extends { readonly throttleMs: number }>(
  broker: Broker,
  body: Buffer,
  decode: (payload: Buffer) => Answer,
): Promise<Answer> {
  const apiVersion = Math.min(7, broker.versions[produceKey]?.maxVersion ?? 0);
  if (apiVersion < 5) throw new Error('the broker is older than Kafka 1.0');
  return broker.connectionPool.send({
    request: {
      apiKey: produceKey,
      apiVersion,
      apiName: 'Produce',
      expectResponse: () => true,
      encode: async () => ({ buf: body, buffer: body }),
    },
    response: {
      decode: async (payload: Buffer) => {
        const answer = decode(payload);
        return { ...answer, clientSideThrottleTime: answer.throttleMs };
      },
      parse: async (answer: Answer) => answer,
    },
  });
}

const produceKey = 0;

/** The error that kafkajs makes of an error code of the protocol. */
export function protocolError(code: number): Error & { readonly type: string; readonly retriable: boolean } {
  const { createErrorFromCode } = load('kafkajs/src/protocol/error') as {
    createErrorFromCode: (code: number) => Error & { type: string; retriable: boolean };
  };
  return createErrorFromCode(code);
}

/** The isolation level that hides records of aborted transactions. */
export const readCommitted = 1;

/** Makes of a partition's part of a fetch answer the batch that a consumer would be given. */
export function toFetchedBatch(topic: string, fetchOffset: string, data: PartitionData): FetchedBatch {
  const Batch = load('kafkajs/src/consumer/batch') as new (
    topic: string,
    fetchedOffset: string,
    data: PartitionData,
  ) => FetchedBatch;
  return new Batch(topic, fetchOffset, data);
}
