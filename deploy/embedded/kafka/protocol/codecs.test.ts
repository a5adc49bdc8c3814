/** Each codec against kafkajs's, in every version that both know: requests it writes are read, answers are understood. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_APIS } from '../handlers/all-apis.ts';
import { buildBatch } from '../testing/build-batch.ts';
import { kafkajsDefinition } from '../testing/kafkajs-protocol.ts';
import { apiVersions } from './api-versions.ts';
import type { Codec } from './codec.ts';
import { createPartitions } from './create-partitions.ts';
import { createTopics } from './create-topics.ts';
import { deleteGroups } from './delete-groups.ts';
import { deleteRecords } from './delete-records.ts';
import { deleteTopics } from './delete-topics.ts';
import { describeConfigs } from './describe-configs.ts';
import { describeGroups } from './describe-groups.ts';
import { fetch } from './fetch.ts';
import { findCoordinator } from './find-coordinator.ts';
import { heartbeat } from './heartbeat.ts';
import { initProducerId } from './init-producer-id.ts';
import { joinGroup } from './join-group.ts';
import { leaveGroup } from './leave-group.ts';
import { listGroups } from './list-groups.ts';
import { listOffsets } from './list-offsets.ts';
import { metadata } from './metadata.ts';
import { offsetCommit } from './offset-commit.ts';
import { offsetFetch } from './offset-fetch.ts';
import { produce } from './produce.ts';
import { Reader } from './reader.ts';
import { syncGroup } from './sync-group.ts';
import { Writer } from './writer.ts';

type Case<Request, Response> = {
  codec: Codec<Request, Response>;
  /** As kafkajs is asked to send it, and as the broker must read it (in part). */
  sent?: object;
  read?: (version: number) => object;
  /** As the broker answers, and as kafkajs must understand it (in part). */
  answer: Response;
  understood: (version: number) => object;
};

const tested = new Set<number>();
const bytes = (text: string): Buffer => Buffer.from(text);

function check<Request, Response>({ codec, sent = {}, read, answer, understood }: Case<Request, Response>): void {
  tested.add(codec.key);
  const definition = kafkajsDefinition(codec.key);
  const versions = definition.versions.map(Number);
  for (let version = codec.minVersion; version <= codec.maxVersion; version += 1) {
    if (!versions.includes(version)) continue;
    test(`${codec.name} ${version}`, async () => {
      const { request, response } = definition.protocol({ version })(sent);
      const reader = new Reader((await request.encode()).buffer);
      const decoded = codec.decode(reader, version);
      if (read !== undefined) assert.partialDeepStrictEqual(decoded, read(version));
      assert.equal(reader.remaining, 0, 'all of the request is read');
      const writer = new Writer();
      codec.encode(writer, version, answer);
      const understoodByKafkajs = await response.decode(await joined(writer));
      assert.partialDeepStrictEqual(understoodByKafkajs, understood(version));
    });
  }
}

async function joined(writer: Writer): Promise<Buffer> {
  const parts = writer.parts().map(async (part) => {
    if (Buffer.isBuffer(part)) return part;
    const content = Buffer.alloc(part.length);
    await part.read(content, 0);
    return content;
  });
  return Buffer.concat(await Promise.all(parts));
}

check({
  codec: apiVersions,
  answer: { errorCode: 0, apis: [{ key: 3, minVersion: 0, maxVersion: 6 }] },
  understood: () => ({ errorCode: 0, apiVersions: [{ apiKey: 3, minVersion: 0, maxVersion: 6 }] }),
});

check({
  codec: metadata,
  sent: { topics: ['a', 'b'], allowAutoTopicCreation: true },
  read: () => ({ topics: ['a', 'b'] }),
  answer: {
    clusterId: 'cluster',
    nodeId: 1,
    host: 'h',
    port: 9,
    topics: [
      { errorCode: 0, name: 'a', partitionCount: 2 },
      { errorCode: 3, name: 'b', partitionCount: 0 },
    ],
  },
  understood: (version) => ({
    brokers: [{ nodeId: 1, host: 'h', port: 9 }],
    ...(version >= 2 ? { clusterId: 'cluster' } : {}),
    topicMetadata: [
      {
        topicErrorCode: 0,
        topic: 'a',
        partitionMetadata: [
          { partitionId: 0, leader: 1, replicas: [1], isr: [1] },
          { partitionId: 1, leader: 1, replicas: [1], isr: [1] },
        ],
      },
      { topicErrorCode: 3, topic: 'b', partitionMetadata: [] },
    ],
  }),
});

check({
  codec: produce,
  sent: {
    acks: -1,
    timeout: 1_000,
    compression: 0,
    transactionalId: null,
    producerId: '5',
    producerEpoch: 2,
    topicData: [{ topic: 't', partitions: [{ partition: 3, firstSequence: 7, messages: [{ key: 'k', value: 'v' }] }] }],
  },
  read: () => ({ transactionalId: null, acks: -1, topics: [{ name: 't', partitions: [{ index: 3 }] }] }),
  answer: {
    topics: [{ name: 't', partitions: [{ index: 3, errorCode: 0, baseOffset: 2 ** 40, logStartOffset: 12 }] }],
  },
  understood: (version) => ({
    topics: [
      {
        topicName: 't',
        partitions: [
          version >= 3
            ? {
                partition: 3,
                errorCode: 0,
                baseOffset: '1099511627776',
                ...(version >= 5 ? { logStartOffset: '12' } : {}),
              }
            : { partition: 3, errorCode: 0, offset: '1099511627776' },
        ],
      },
    ],
  }),
});

const stored = buildBatch({ values: ['one', 'two'], baseOffset: 40 });
check({
  codec: fetch,
  sent: {
    maxWaitTime: 11,
    minBytes: 22,
    maxBytes: 33,
    rackId: 'r',
    topics: [{ topic: 't', partitions: [{ partition: 1, currentLeaderEpoch: -1, fetchOffset: 40, maxBytes: 44 }] }],
  },
  read: () => ({
    maxWaitMs: 11,
    minBytes: 22,
    maxBytes: 33,
    topics: [{ name: 't', partitions: [{ index: 1, offset: 40, maxBytes: 44 }] }],
  }),
  answer: {
    topics: [
      {
        name: 't',
        partitions: [
          {
            index: 1,
            errorCode: 0,
            highWatermark: 42,
            logStartOffset: 5,
            records: {
              length: stored.length,
              read: async (target) => void stored.copy(target),
              release: async () => undefined,
            },
          },
          { index: 2, errorCode: 1, highWatermark: 9, logStartOffset: 0, records: null },
        ],
      },
    ],
  },
  understood: () => ({
    responses: [
      {
        topicName: 't',
        partitions: [
          {
            partition: 1,
            errorCode: 0,
            highWatermark: '42',
            messages: [
              { offset: '40', value: bytes('one') },
              { offset: '41', value: bytes('two') },
            ],
          },
          { partition: 2, errorCode: 1, messages: [] },
        ],
      },
    ],
  }),
});

check({
  codec: listOffsets,
  sent: { topics: [{ topic: 't', partitions: [{ partition: 1, timestamp: -2 }] }] },
  read: () => ({ topics: [{ name: 't', partitions: [{ index: 1, timestamp: -2 }] }] }),
  answer: { topics: [{ name: 't', partitions: [{ index: 1, errorCode: 0, timestamp: -1, offset: 77 }] }] },
  understood: () => ({ responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 0, offset: '77' }] }] }),
});

check({
  codec: findCoordinator,
  sent: { groupId: 'g', coordinatorType: 1 },
  read: (version) => ({ keys: ['g'], keyType: version >= 1 ? 1 : 0 }),
  answer: { keys: ['g'], errorCode: 0, errorMessage: null, nodeId: 1, host: 'h', port: 9 },
  understood: () => ({ errorCode: 0, coordinator: { nodeId: 1, host: 'h', port: 9 } }),
});

check({
  codec: joinGroup,
  sent: {
    groupId: 'g',
    sessionTimeout: 1,
    rebalanceTimeout: 2,
    memberId: 'm',
    groupInstanceId: null,
    protocolType: 'consumer',
    groupProtocols: [{ name: 'range', metadata: bytes('md') }],
  },
  read: (version) => ({
    groupId: 'g',
    sessionTimeoutMs: 1,
    rebalanceTimeoutMs: version >= 1 ? 2 : 1,
    memberId: 'm',
    groupInstanceId: null,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: bytes('md') }],
    mustKnowItsId: version >= 4,
  }),
  answer: {
    errorCode: 0,
    generation: 4,
    protocolName: 'range',
    leader: 'm',
    memberId: 'm',
    members: [{ memberId: 'm', metadata: bytes('md') }],
  },
  understood: () => ({
    generationId: 4,
    groupProtocol: 'range',
    leaderId: 'm',
    memberId: 'm',
    members: [{ memberId: 'm', memberMetadata: bytes('md') }],
  }),
});

check({
  codec: syncGroup,
  sent: {
    groupId: 'g',
    generationId: 4,
    memberId: 'm',
    groupAssignment: [{ memberId: 'm', memberAssignment: bytes('a') }],
  },
  read: () => ({
    groupId: 'g',
    generation: 4,
    memberId: 'm',
    assignments: [{ memberId: 'm', assignment: bytes('a') }],
  }),
  answer: { errorCode: 0, assignment: bytes('a') },
  understood: () => ({ errorCode: 0, memberAssignment: bytes('a') }),
});

check({
  codec: heartbeat,
  sent: { groupId: 'g', groupGenerationId: 4, memberId: 'm' },
  read: () => ({ groupId: 'g', generation: 4, memberId: 'm' }),
  answer: { errorCode: 27 },
  understood: () => ({ errorCode: 27 }),
});

check({
  codec: leaveGroup,
  sent: { groupId: 'g', memberId: 'm', members: [{ memberId: 'm' }] },
  read: () => ({ groupId: 'g', memberIds: ['m'] }),
  answer: { members: [{ memberId: 'm', errorCode: 0 }] },
  understood: (version) => (version >= 3 ? { members: [{ memberId: 'm', errorCode: 0 }] } : { errorCode: 0 }),
});

check({
  codec: offsetCommit,
  sent: {
    groupId: 'g',
    groupGenerationId: 4,
    memberId: 'm',
    retentionTime: -1,
    topics: [{ topic: 't', partitions: [{ partition: 1, offset: '5', metadata: 'md' }] }],
  },
  read: () => ({
    groupId: 'g',
    generation: 4,
    memberId: 'm',
    topics: [{ name: 't', partitions: [{ index: 1, offset: 5, metadata: 'md' }] }],
  }),
  answer: { topics: [{ name: 't', partitions: [{ index: 1, errorCode: 0 }] }] },
  understood: () => ({ responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 0 }] }] }),
});

check({
  codec: offsetFetch,
  sent: { groupId: 'g', topics: [{ topic: 't', partitions: [{ partition: 1 }] }] },
  read: () => ({ groups: [{ groupId: 'g', topics: [{ name: 't', partitions: [1] }] }] }),
  answer: {
    groups: [
      { groupId: 'g', topics: [{ name: 't', partitions: [{ index: 1, offset: 5, metadata: 'md', errorCode: 0 }] }] },
    ],
  },
  understood: () => ({ responses: [{ topic: 't', partitions: [{ partition: 1, offset: '5', metadata: 'md' }] }] }),
});

check({
  codec: describeGroups,
  sent: { groupIds: ['g'] },
  read: () => ({ groupIds: ['g'] }),
  answer: {
    groups: [
      {
        errorCode: 0,
        groupId: 'g',
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'range',
        members: [{ memberId: 'm', clientId: 'c', clientHost: 'h', metadata: bytes('md'), assignment: bytes('a') }],
      },
    ],
  },
  understood: () => ({
    groups: [
      {
        groupId: 'g',
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'range',
        members: [{ memberId: 'm', clientId: 'c', memberMetadata: bytes('md'), memberAssignment: bytes('a') }],
      },
    ],
  }),
});

check({
  codec: listGroups,
  answer: { groups: [{ groupId: 'g', protocolType: 'consumer' }] },
  understood: () => ({ groups: [{ groupId: 'g', protocolType: 'consumer' }] }),
});

check({
  codec: deleteGroups,
  sent: ['g'],
  read: () => ({ groupIds: ['g'] }),
  answer: { groups: [{ groupId: 'g', errorCode: 68 }] },
  understood: () => ({ results: [{ groupId: 'g', errorCode: 68 }] }),
});

check({
  codec: createTopics,
  sent: {
    timeout: 1,
    validateOnly: true,
    topics: [
      {
        topic: 't',
        numPartitions: 6,
        replicationFactor: 1,
        replicaAssignment: [{ partition: 0, replicas: [1] }],
        configEntries: [{ name: 'retention.ms', value: '5' }],
      },
    ],
  },
  read: (version) => ({
    validateOnly: version >= 1,
    topics: [
      {
        name: 't',
        partitionCount: 6,
        replicationFactor: 1,
        assignments: [{ partition: 0, nodeIds: [1] }],
        configs: [{ name: 'retention.ms', value: '5' }],
      },
    ],
  }),
  answer: { topics: [{ name: 't', errorCode: 40, errorMessage: 'why' }] },
  understood: (version) => ({
    topicErrors: [{ topic: 't', errorCode: 40, ...(version >= 1 ? { errorMessage: 'why' } : {}) }],
  }),
});

check({
  codec: deleteTopics,
  sent: { topics: ['t'], timeout: 1 },
  read: () => ({ names: ['t'] }),
  answer: { topics: [{ name: 't', errorCode: 3 }] },
  understood: () => ({ topicErrors: [{ topic: 't', errorCode: 3 }] }),
});

check({
  codec: createPartitions,
  sent: { topicPartitions: [{ topic: 't', count: 9 }], timeout: 1, validateOnly: true },
  read: () => ({ topics: [{ name: 't', totalCount: 9 }], validateOnly: true }),
  answer: { topics: [{ name: 't', errorCode: 37, errorMessage: 'why' }] },
  understood: () => ({ topicErrors: [{ topic: 't', errorCode: 37, errorMessage: 'why' }] }),
});

check({
  codec: deleteRecords,
  sent: { topics: [{ topic: 't', partitions: [{ partition: 1, offset: '5' }] }], timeout: 1 },
  read: () => ({ topics: [{ name: 't', partitions: [{ index: 1, offset: 5 }] }] }),
  answer: { topics: [{ name: 't', partitions: [{ index: 1, lowWatermark: 5, errorCode: 0 }] }] },
  understood: () => ({ topics: [{ topic: 't', partitions: [{ partition: 1, lowWatermark: 5n, errorCode: 0 }] }] }),
});

check({
  codec: describeConfigs,
  sent: { resources: [{ type: 2, name: 't', configNames: ['a'] }], includeSynonyms: true },
  read: () => ({ resources: [{ type: 2, name: 't', names: ['a'] }] }),
  answer: {
    resources: [
      {
        errorCode: 0,
        errorMessage: null,
        type: 2,
        name: 't',
        entries: [{ name: 'a', value: '1', readOnly: true, isDefault: false }],
      },
    ],
  },
  understood: () => ({
    resources: [
      {
        errorCode: 0,
        resourceType: 2,
        resourceName: 't',
        configEntries: [{ configName: 'a', configValue: '1', readOnly: true, isDefault: false, isSensitive: false }],
      },
    ],
  }),
});

check({
  codec: initProducerId,
  sent: { transactionalId: null, transactionTimeout: 1 },
  read: () => ({ transactionalId: null }),
  answer: { errorCode: 0, producerId: 12, producerEpoch: 3 },
  understood: () => ({ errorCode: 0, producerId: '12', producerEpoch: 3 }),
});

test('every API the broker advertises is checked here', () => {
  assert.deepEqual(
    [...tested].sort((a, b) => a - b),
    [...ALL_APIS.keys()].sort((a, b) => a - b),
  );
});

test('the flexible ApiVersions, which librdkafka sends, follows the format', () => {
  const request = Buffer.from([4, ...bytes('abc'), 3, ...bytes('12'), 0]);
  const reader = new Reader(request).becomeFlexible();
  apiVersions.decode(reader, 3);
  assert.equal(reader.remaining, 0);
  const writer = new Writer().becomeFlexible();
  apiVersions.encode(writer, 3, { errorCode: 0, apis: [{ key: 1, minVersion: 4, maxVersion: 11 }] });
  assert.equal(
    Buffer.concat(writer.parts() as Buffer[]).toString('hex'),
    '000002'.concat('00010004000b00', '0000000000'),
  );
});
