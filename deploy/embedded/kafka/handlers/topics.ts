import type { CreatePartitionsRequest, PartitionGrowth } from '../protocol/create-partitions.ts';
import type { CreateTopicsRequest, CreateTopicsResponse, NewTopic, TopicOutcome } from '../protocol/create-topics.ts';
import type { DeleteTopicsRequest, DeleteTopicsResponse } from '../protocol/delete-topics.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { MetadataRequest, MetadataResponse } from '../protocol/metadata.ts';
import { parseTopicConfig } from '../topics/topic-config.ts';
import { type BrokerState, NODE_ID, type RequestContext } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

const MAX_PARTITIONS = 1_000;
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

type Refusal = { errorCode: ErrorCode; errorMessage: string };

export function handleMetadata(
  request: MetadataRequest,
  broker: BrokerState,
  context: RequestContext,
): MetadataResponse {
  const names = request.topics ?? broker.catalog.topics.map(({ name }) => name);
  return {
    clusterId: broker.catalog.clusterId,
    nodeId: NODE_ID,
    host: context.brokerHost,
    port: context.brokerPort,
    topics: names.map((name) => {
      const topic = broker.catalog.topic(name);
      const errorCode = topic === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.NONE;
      return { errorCode, name, partitionCount: topic?.partitions.length ?? 0 };
    }),
  };
}

export async function handleCreateTopics(
  request: CreateTopicsRequest,
  broker: BrokerState,
): Promise<CreateTopicsResponse> {
  const outcomes: TopicOutcome[] = [];
  for (const topic of request.topics) {
    outcomes.push({ name: topic.name, ...(await createTopic(topic, request, broker)) });
  }
  return { topics: outcomes };
}

export async function handleDeleteTopics(
  request: DeleteTopicsRequest,
  broker: BrokerState,
): Promise<DeleteTopicsResponse> {
  const topics: DeleteTopicsResponse['topics'] = [];
  for (const name of request.names) topics.push({ name, errorCode: await deleteTopic(name, broker) });
  return { topics };
}

export async function handleCreatePartitions(
  request: CreatePartitionsRequest,
  broker: BrokerState,
): Promise<{ topics: TopicOutcome[] }> {
  const outcomes: TopicOutcome[] = [];
  for (const growth of request.topics) {
    outcomes.push({ name: growth.name, ...(await growTopic(growth, request.validateOnly, broker)) });
  }
  return { topics: outcomes };
}

type Outcome = Omit<TopicOutcome, 'name'>;

const DONE: Outcome = { errorCode: ErrorCode.NONE, errorMessage: null };

async function createTopic(topic: NewTopic, request: CreateTopicsRequest, broker: BrokerState): Promise<Outcome> {
  const refusal = findRefusal(topic, request.topics);
  if (refusal !== null) return refusal;
  const parsed = parseTopicConfig(topic.configs);
  if ('problem' in parsed) return refused(ErrorCode.INVALID_CONFIG, parsed.problem);
  const exists = refused(ErrorCode.TOPIC_ALREADY_EXISTS, `topic ${topic.name} exists already`);
  if (broker.catalog.topic(topic.name) !== undefined) return exists;
  if (request.validateOnly) return DONE;
  try {
    return (await broker.catalog.create(topic.name, partitionCountOf(topic), parsed.config)) ? DONE : exists;
  } catch (error) {
    return refused(storageErrorCode(error, broker.log), 'the topic could not be stored');
  }
}

function findRefusal(topic: NewTopic, all: readonly NewTopic[]): Refusal | null {
  if (!TOPIC_NAME.test(topic.name) || topic.name === '.' || topic.name === '..') {
    return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, 'a topic name is 1 to 249 of a-z, A-Z, 0-9, ".", "_" and "-"');
  }
  if (all.filter(({ name }) => name === topic.name).length > 1) {
    return refused(ErrorCode.INVALID_REQUEST, 'the topic is named twice');
  }
  if (topic.assignments.length > 0) return findAssignmentRefusal(topic);
  if (topic.replicationFactor !== 1 && topic.replicationFactor !== -1) {
    return refused(ErrorCode.INVALID_REPLICATION_FACTOR, 'there is one broker, so the replication factor is 1');
  }
  const count = partitionCountOf(topic);
  if (count < 1 || count > MAX_PARTITIONS) {
    return refused(ErrorCode.INVALID_PARTITIONS, `a topic has 1 to ${MAX_PARTITIONS} partitions`);
  }
  return null;
}

function findAssignmentRefusal({ assignments }: NewTopic): Refusal | null {
  const numbers = assignments.map(({ partition }) => partition).sort((a, b) => a - b);
  const areHere = assignments.every(({ nodeIds }) => nodeIds.length === 1 && nodeIds[0] === NODE_ID);
  if (areHere && numbers.every((number, i) => number === i) && numbers.length <= MAX_PARTITIONS) return null;
  return refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `each partition, from 0 on, must be on broker ${NODE_ID}`);
}

function partitionCountOf({ assignments, partitionCount }: NewTopic): number {
  if (assignments.length > 0) return assignments.length;
  return partitionCount === -1 ? 1 : partitionCount;
}

async function deleteTopic(name: string, broker: BrokerState): Promise<ErrorCode> {
  try {
    if (!(await broker.catalog.remove(name))) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    await broker.groups.forgetTopic(name);
    return ErrorCode.NONE;
  } catch (error) {
    return storageErrorCode(error, broker.log);
  }
}

async function growTopic(growth: PartitionGrowth, validateOnly: boolean, broker: BrokerState): Promise<Outcome> {
  const topic = broker.catalog.topic(growth.name);
  if (topic === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'there is no such topic');
  if (growth.totalCount <= topic.partitions.length || growth.totalCount > MAX_PARTITIONS) {
    return refused(
      ErrorCode.INVALID_PARTITIONS,
      `the topic has ${topic.partitions.length} of at most ${MAX_PARTITIONS}`,
    );
  }
  if (validateOnly) return DONE;
  try {
    const hasGrown = await broker.catalog.grow(topic, growth.totalCount);
    return hasGrown ? DONE : refused(ErrorCode.INVALID_PARTITIONS, 'the topic changed meanwhile');
  } catch (error) {
    return refused(storageErrorCode(error, broker.log), 'the partitions could not be stored');
  }
}

function refused(errorCode: ErrorCode, errorMessage: string): Refusal {
  return { errorCode, errorMessage };
}
