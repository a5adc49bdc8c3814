/** Retention as clients see it: the log's beginning moves, and who reads before it is told so. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { until } from '../../../runtime/testing/until.ts';
import { type BrokerProcess, startBrokerProcess } from './testing/broker-process.ts';

const limit = { timeout: 180_000 };
const segmentBytes = 64 * 1024;
const batches = 20;
/** More than a segment, so that each message has its own. */
const value = 'x'.repeat(66_000);

let folder: string;
let broker: BrokerProcess;
let kafka: Kafka;
let admin: Admin;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-kafka-retention-'));
  broker = await startBrokerProcess(folder);
  kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  await admin.connect();
});

after(async () => {
  await admin.disconnect();
  assert.equal(await broker.end('SIGTERM'), 0);
  await rm(folder, { recursive: true });
});

/** A topic of one partition with a message a segment, each as old as told. */
const fill = async (topic: string, config: Readonly<Record<string, number>>, ageMs: (n: number) => number) => {
  const configEntries = Object.entries({ 'segment.bytes': segmentBytes, ...config }).map(([name, set]) => ({
    name,
    value: String(set),
  }));
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
  const producer = kafka.producer();
  await producer.connect();
  for (let number = 0; number < batches; number++) {
    const timestamp = String(Date.now() - ageMs(number));
    await producer.send({ topic, messages: [{ key: String(number), value, timestamp }] });
  }
  await producer.disconnect();
};

const beginning = async (topic: string): Promise<number> => Number((await admin.fetchTopicOffsets(topic))[0]?.low);

/** The keys that a new group reads which committed an offset that is gone, and then begins at the earliest there is. */
const readFrom = async (topic: string, offset: number): Promise<string[]> => {
  const groupId = `reader-of-${topic}`;
  await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: String(offset) }] });
  const consumer = kafka.consumer({ groupId });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const keys: string[] = [];
  const isWhole = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ message: { key } }) => {
      keys.push(String(key));
      if (keys.at(-1) === String(batches - 1)) isWhole.resolve();
    },
  });
  await isWhole.promise;
  await consumer.disconnect();
  return keys;
};

const keysFrom = (first: number): string[] =>
  Array.from({ length: batches - first }, (_, number) => String(first + number));

test('by time: what is older is gone, what is younger stays', limit, async () => {
  const [hourMs, young] = [3_600_000, 5];
  await fill('timed', { 'retention.ms': hourMs }, (n) => (n < batches - young ? 2 * hourMs : 0));
  await until(async () => (await beginning('timed')) > 0);
  assert.equal(await beginning('timed'), batches - young);
  assert.deepEqual(await readFrom('timed', 0), keysFrom(batches - young));
});

test('by size: the oldest segments go until the rest is no larger', limit, async () => {
  const kept = 4;
  await fill('sized', { 'retention.bytes': kept * segmentBytes }, () => 0);
  await until(async () => (await beginning('sized')) > 0);
  const first = await beginning('sized');
  assert.ok(first >= batches - kept - 1 && first < batches - 1, String(first));
  assert.deepEqual(await readFrom('sized', 0), keysFrom(first));
});

test('a beginning that moved stays there over a kill', limit, async () => {
  const [timed, sized] = [await beginning('timed'), await beginning('sized')];
  await broker.end('SIGKILL');
  broker = await startBrokerProcess(folder, Number(broker.address.split(':')[1]));
  assert.deepEqual([await beginning('timed'), await beginning('sized')], [timed, sized]);
});
