/**
 * What Trunkline relies on from a Kafka broker. It runs against the brokers that TRUNKLINE_TEST_KAFKA_BROKERS names
 * (comma-separated), or else against the embedded one, which it then starts.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  type Admin,
  CompressionTypes,
  type Consumer,
  Kafka,
  type KafkaJSProtocolError,
  type KafkaMessage,
  logLevel,
  type Producer,
} from 'kafkajs';
import { until } from '../../../runtime/testing/until.ts';
import { type Engines, startEngines } from '../../testing/engines.ts';
import { ErrorCode } from './protocol/error-codes.ts';
import { buildBatch } from './testing/build-batch.ts';
import { WireClient } from './testing/wire-client.ts';
import * as wire from './testing/wire-requests.ts';

const LIMIT = { timeout: 60_000 };
const topics: string[] = [];
const consumers: Consumer[] = [];
const wireClients: WireClient[] = [];
let engines: Engines<{ kafka: true }>;
let kafka: Kafka;
let admin: Admin;
let producer: Producer;

before(async () => {
  engines = await startEngines({ kafka: true });
  kafka = new Kafka({ clientId: 'conformance', brokers: [...engines.kafka.brokers], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
});

after(async () => {
  for (const client of wireClients) client.close();
  await Promise.all(consumers.map((consumer) => consumer.disconnect()));
  await admin.deleteTopics({ topics });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await engines.stop();
});

test('a topic has the partitions asked for, and its name is then taken', LIMIT, async () => {
  const topic = await createTopic(5);
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
  assert.equal(found[0]?.partitions.length, 5);
  assert.equal(await admin.createTopics({ topics: [{ topic, numPartitions: 5 }], waitForLeaders: false }), false);
});

test('messages of a key stay in order, on one partition', LIMIT, async () => {
  const topic = await createTopic(4);
  const keys = Array.from({ length: 12 }, (_, i) => `key-${i}`);
  for (let round = 0; round < 20; round += 1) {
    await producer.send({ topic, acks: -1, messages: keys.map((key) => ({ key, value: `${round}` })) });
  }
  const received = await consumeAll(topic, 12 * 20);
  for (const key of keys) {
    const ofKey = received.filter(({ message }) => message.key?.toString() === key);
    assert.deepEqual(
      ofKey.map(({ message }) => Number(message.value)),
      Array.from({ length: 20 }, (_, i) => i),
    );
    assert.equal(new Set(ofKey.map(({ partition }) => partition)).size, 1);
  }
});

test('timestamps, headers, empty and null keys and values come back as they were', LIMIT, async () => {
  const topic = await createTopic(1);
  const messages = [
    { key: 'k', value: 'v', timestamp: '1700000000123', headers: { one: 'a', two: Buffer.from([0, 255]) } },
    { key: null, value: null, timestamp: '1600000000000' },
    { key: '', value: '', headers: {} },
  ];
  await producer.send({ topic, messages });
  const [first, second, third] = (await consumeAll(topic, 3)).map(({ message }) => message);
  assert.deepEqual([first?.key?.toString(), first?.value?.toString(), first?.timestamp], ['k', 'v', '1700000000123']);
  assert.deepEqual(first?.headers, { one: Buffer.from('a'), two: Buffer.from([0, 255]) });
  assert.deepEqual([second?.key, second?.value, second?.timestamp], [null, null, '1600000000000']);
  assert.ok(Math.abs(Number(third?.timestamp) - Date.now()) < 3_600_000);
  assert.deepEqual([third?.key?.length, third?.value?.length], [0, 0]);
});

test('gzip batches are kept as they are and can be mixed with plain ones', LIMIT, async () => {
  const topic = await createTopic(1);
  const values = Array.from({ length: 500 }, (_, i) => `value-${i}`.repeat(10));
  const messages = values.map((value) => ({ value }));
  await producer.send({ topic, compression: CompressionTypes.GZIP, messages });
  await producer.send({ topic, messages });
  const received = await consumeAll(topic, 1_000);
  assert.deepEqual(
    received.map(({ message }) => message.value?.toString()),
    [...values, ...values],
  );
});

test('a fetch that waits is answered by the message it waits for', LIMIT, async () => {
  const topic = await createTopic(1);
  const consumer = await subscribe(topic, `group-${randomUUID()}`, { maxWaitTimeInMs: 5_000 });
  let fetches = 0;
  consumer.on(consumer.events.FETCH_START, () => {
    fetches += 1;
  });
  const arrived = Promise.withResolvers<number>();
  await consumer.run({ eachMessage: async () => arrived.resolve(fetches) });
  await until(() => fetches > 0);
  const waiting = fetches;
  await producer.send({ topic, messages: [{ value: 'at last' }] });
  assert.equal(await arrived.promise, waiting);
});

test('committed offsets outlive the consumer, and the next one goes on from them', LIMIT, async () => {
  const topic = await createTopic(1);
  const groupId = `group-${randomUUID()}`;
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  await producer.send({ topic, messages: numbers.map((n) => ({ value: `${n}` })) });
  const first = await subscribe(topic, groupId);
  const committed = Promise.withResolvers<void>();
  await first.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    eachBatch: async () => {
      await first.commitOffsets([{ topic, partition: 0, offset: '40' }]);
      committed.resolve();
    },
  });
  await committed.promise;
  await first.disconnect();
  assert.equal((await admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions[0]?.offset, '40');
  const rest = await consumeAll(topic, 60, groupId);
  assert.deepEqual(
    rest.map(({ message }) => Number(message.value)),
    numbers.slice(40),
  );
});

test('two members share the partitions, and one that leaves hands its share over', LIMIT, async () => {
  const topic = await createTopic(4);
  const groupId = `group-${randomUUID()}`;
  const assignments = new Map<string, number[]>();
  const start = async (name: string): Promise<Consumer> => {
    const consumer = await subscribe(topic, groupId, { heartbeatInterval: 200, maxWaitTimeInMs: 200 });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      assignments.set(name, payload.memberAssignment[topic] ?? []);
    });
    await consumer.run({ eachMessage: async () => undefined });
    return consumer;
  };
  const sorted = (): number[] => [...assignments.values()].flat().sort((a, b) => a - b);
  const first = await start('first');
  await until(() => assignments.get('first')?.length === 4);
  await start('second');
  await until(() => assignments.get('first')?.length === 2 && assignments.get('second')?.length === 2);
  assert.deepEqual(sorted(), [0, 1, 2, 3]);
  await first.disconnect();
  assignments.delete('first');
  await until(() => assignments.get('second')?.length === 4);
  assert.deepEqual(sorted(), [0, 1, 2, 3]);
});

test(
  'a commit by an old generation, an unknown member or nobody is refused while the group has members',
  LIMIT,
  async () => {
    const topic = await createTopic(1);
    const groupId = `group-${randomUUID()}`;
    const place = { topic, partition: 0 };
    const [one, two] = [await connectWire(), await connectWire()];
    const nobody = { memberId: '', generation: -1 };
    await retryWhileLoading(() => wire.commitOffset(one, groupId, nobody, { ...place, offset: 1 }));
    const old = await wire.joinGroup(one, groupId, '');
    assert.equal(await wire.syncGroup(one, groupId, old), ErrorCode.NONE);
    assert.equal(await wire.commitOffset(one, groupId, old, { ...place, offset: 5 }), ErrorCode.NONE);

    const joining = wire.joinGroup(two, groupId, '');
    await until(async () => (await wire.heartbeat(one, groupId, old)) === ErrorCode.REBALANCE_IN_PROGRESS);
    const [current] = await Promise.all([wire.joinGroup(one, groupId, old.memberId), joining]);
    assert.equal(current.generation, old.generation + 1);
    const refused = async (member: wire.Membership): Promise<number> =>
      wire.commitOffset(one, groupId, member, { ...place, offset: 9 });
    assert.equal(await refused(current), ErrorCode.REBALANCE_IN_PROGRESS);
    assert.equal(await wire.syncGroup(one, groupId, current), ErrorCode.NONE);
    assert.equal(await refused(old), ErrorCode.ILLEGAL_GENERATION);
    assert.equal(await refused({ ...current, memberId: 'gone' }), ErrorCode.UNKNOWN_MEMBER_ID);
    assert.equal(await refused(nobody), ErrorCode.UNKNOWN_MEMBER_ID);
    assert.equal(await wire.committedOffset(one, groupId, place), 5);
    assert.equal(await wire.commitOffset(one, groupId, current, { ...place, offset: 6 }), ErrorCode.NONE);
    assert.equal(await wire.committedOffset(one, groupId, place), 6);
    for (const memberId of [current.memberId, (await joining).memberId]) await wire.leaveGroup(one, groupId, memberId);
  },
);

test('an idempotent batch sent twice is stored once; a gap and an old epoch are refused', LIMIT, async () => {
  const topic = await createTopic(1);
  const place = { topic, partition: 0 };
  const client = await connectWire();
  let granted = await wire.initProducerId(client);
  await retryWhileLoading(async () => {
    granted = await wire.initProducerId(client);
    return granted.errorCode;
  });
  const { id, epoch } = granted;
  const batch = (firstSequence: number, atEpoch = epoch): Buffer =>
    buildBatch({ values: ['a', 'b', 'c'], timestamp: Date.now(), producer: { id, epoch: atEpoch, firstSequence } });
  assert.deepEqual(await wire.produceBatch(client, place, batch(0)), { errorCode: 0, baseOffset: 0 });
  assert.deepEqual(await wire.produceBatch(client, place, batch(3)), { errorCode: 0, baseOffset: 3 });
  assert.deepEqual(await wire.produceBatch(client, place, batch(0)), { errorCode: 0, baseOffset: 0 });
  const gap = await wire.produceBatch(client, place, batch(9));
  assert.equal(gap.errorCode, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
  assert.equal((await wire.produceBatch(client, place, batch(0, epoch + 1))).baseOffset, 6);
  const zombie = await wire.produceBatch(client, place, batch(6));
  assert.equal(zombie.errorCode, ErrorCode.INVALID_PRODUCER_EPOCH);
  assert.equal(await wire.offsetAt(client, place), 9);
});

test(
  'a batch that is damaged or larger than the topic takes is refused, and nothing of it is stored',
  LIMIT,
  async () => {
    const topic = await createTopic(1, [{ name: 'max.message.bytes', value: '2000' }]);
    const place = { topic, partition: 0 };
    const client = await connectWire();
    const large = buildBatch({ values: ['x'.repeat(3_000)], timestamp: Date.now() });
    assert.equal((await wire.produceBatch(client, place, large)).errorCode, ErrorCode.MESSAGE_TOO_LARGE);
    const damaged = buildBatch({ values: ['hello'], timestamp: Date.now() });
    damaged.writeUInt8(0x7f, damaged.length - 3);
    assert.equal((await wire.produceBatch(client, place, damaged)).errorCode, ErrorCode.CORRUPT_MESSAGE);
    assert.equal(await wire.offsetAt(client, place), 0);
  },
);

test('offsets are found by time', LIMIT, async () => {
  const topic = await createTopic(1);
  const messages = Array.from({ length: 300 }, (_, i) => ({
    value: 'x'.repeat(200),
    timestamp: `${1e12 + i * 1_000}`,
  }));
  for (let i = 0; i < 300; i += 10) await producer.send({ topic, messages: messages.slice(i, i + 10) });
  const client = await connectWire();
  const at = (timestamp: number): Promise<number> => wire.offsetAt(client, { topic, partition: 0 }, timestamp);
  assert.deepEqual(
    [await at(0), await at(1e12), await at(1e12 + 1), await at(1e12 + 123_000), await at(1e12 + 299_000)],
    [0, 0, 1, 123, 299],
  );
  assert.equal(await at(1e12 + 300_000), -1);
});

test('deleted records are no longer read; what follows keeps its offsets', LIMIT, async () => {
  const topic = await createTopic(1);
  await producer.send({ topic, messages: Array.from({ length: 10 }, (_, i) => ({ value: `${i}` })) });
  await admin.fetchTopicOffsets(topic); // kafkajs does not look for the leader before it deletes
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
  const [{ low, high } = { low: '', high: '' }] = await admin.fetchTopicOffsets(topic);
  assert.deepEqual([low, high], ['7', '10']);
  const received = await consumeAll(topic, 3);
  assert.deepEqual(
    received.map(({ message }) => message.offset),
    ['7', '8', '9'],
  );
});

test('a fetch before the log or behind its end is refused; at the end there is nothing yet', LIMIT, async () => {
  const topic = await createTopic(1);
  await producer.send({ topic, messages: Array.from({ length: 10 }, (_, i) => ({ value: `${i}` })) });
  await admin.fetchTopicOffsets(topic); // kafkajs does not look for the leader before it deletes
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '7' }] });
  const client = await connectWire();
  const at = (offset: number): Promise<wire.Fetched> => wire.fetchFrom(client, { topic, partition: 0, offset });
  for (const outside of [0, 6, 11]) assert.equal((await at(outside)).errorCode, ErrorCode.OFFSET_OUT_OF_RANGE);
  assert.ok((await at(7)).bytes > 0);
  assert.deepEqual(await at(10), { errorCode: ErrorCode.NONE, highWatermark: 10, bytes: 0 });
});

test('a topic gets more partitions, never fewer or as many as it has, and only where it is', LIMIT, async () => {
  const topic = await createTopic(3);
  const client = await connectWire();
  const countOf = async (): Promise<number | undefined> =>
    (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length;
  for (const count of [2, 3, 0, -1]) {
    assert.equal(await wire.createPartitions(client, topic, count), ErrorCode.INVALID_PARTITIONS, `${count}`);
  }
  const missing = await wire.createPartitions(client, `${topic}-missing`, 5);
  assert.equal(missing, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  assert.equal(await countOf(), 3);
  assert.equal(await wire.createPartitions(client, topic, 5), ErrorCode.NONE);
  await until(async () => (await countOf()) === 5);
});

test('a deleted topic is gone and its name is free', LIMIT, async () => {
  const topic = await createTopic(2);
  await producer.send({ topic, messages: [{ value: 'old' }] });
  await admin.deleteTopics({ topics: [topic] });
  await until(async () => !(await admin.listTopics()).includes(topic));
  await create(topic, 1);
  const [found] = await admin.fetchTopicOffsets(topic);
  assert.deepEqual([found?.low, found?.high], ['0', '0']);
});

async function createTopic(
  numPartitions: number,
  configEntries: { name: string; value: string }[] = [],
): Promise<string> {
  const topic = `conformance-${randomUUID()}`;
  topics.push(topic);
  await create(topic, numPartitions, configEntries);
  return topic;
}

/** The answer may come before the brokers know of the topic, before its leaders are chosen, and before they have logs. */
async function create(
  topic: string,
  numPartitions: number,
  configEntries: { name: string; value: string }[] = [],
): Promise<void> {
  const topics = [{ topic, numPartitions, configEntries }];
  assert.equal(await admin.createTopics({ topics, waitForLeaders: false }), true);
  await until(async () => (await admin.fetchTopicOffsets(topic).catch(notYet)).length === numPartitions);
}

function notYet(error: KafkaJSProtocolError): never[] {
  assert.match(error.type, /^(UNKNOWN_TOPIC_OR_PARTITION|LEADER_NOT_AVAILABLE|NOT_LEADER_FOR_PARTITION)$/);
  return [];
}

async function connectWire(): Promise<WireClient> {
  const client = await WireClient.connect(engines.kafka.brokers[0] ?? '');
  wireClients.push(client);
  return client;
}

type ConsumerSettings = Partial<Parameters<Kafka['consumer']>[0]>;

async function subscribe(topic: string, groupId: string, settings: ConsumerSettings = {}): Promise<Consumer> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200, ...settings });
  consumers.push(consumer);
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  return consumer;
}

type Received = { partition: number; message: KafkaMessage };

async function consumeAll(topic: string, count: number, groupId = `group-${randomUUID()}`): Promise<Received[]> {
  const consumer = await subscribe(topic, groupId);
  const received: Received[] = [];
  const complete = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { partition, messages } }) => {
      received.push(...messages.map((message) => ({ partition, message })));
      if (received.length >= count) complete.resolve();
    },
  });
  await complete.promise;
  await consumer.disconnect();
  return received;
}

/** Apache Kafka says so while it makes the topics that hold groups and producer ids. */
async function retryWhileLoading(attempt: () => Promise<number>): Promise<void> {
  const notYet = [14, 15, 16];
  await until(async () => !notYet.includes(await attempt()));
}
