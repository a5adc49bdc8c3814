/**
 * Clients that the product does not use, beside kafkajs on one topic: kcat (librdkafka) and @platformatic/kafka, which
 * is looked for in the folder `TRUNKLINE_TEST_CLIENTS` (`make test-clients` installs it there).
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { registerCodecs } from '../../../runtime/kafka-codecs.ts';
import { type BrokerProcess, startBrokerProcess } from './testing/broker-process.ts';

const topic = 'shared';
const partitions = 3;
const messagesEach = 1000;
const keys = 20;
const limit = { timeout: 60_000 };

type Message = { readonly key: string; readonly value: string };
type Read = Message & { readonly partition: number; readonly offset: number };

/** What this test needs of @platformatic/kafka, which is not one of the project's packages. */
type Platformatic = {
  readonly Producer: new (
    options: object,
  ) => {
    send: (options: { messages: readonly (Message & { topic: string })[]; acks: number }) => Promise<unknown>;
    close: () => Promise<void>;
  };
  readonly Consumer: new (
    options: object,
  ) => {
    consume: (
      options: object,
    ) => Promise<AsyncIterable<Message & { partition: number; offset: bigint; commit: () => Promise<void> }>>;
    close: (force: boolean) => Promise<void>;
  };
  readonly stringSerializers: object;
  readonly stringDeserializers: object;
};

let folder: string;
let broker: BrokerProcess;
let kafka: Kafka;
let platformatic: Platformatic;

before(async () => {
  registerCodecs();
  const clients = process.env['TRUNKLINE_TEST_CLIENTS'];
  if (clients === undefined) throw new Error('TRUNKLINE_TEST_CLIENTS names no folder: run `make test-clients`');
  const path = createRequire(resolve(clients, 'package.json')).resolve('@platformatic/kafka');
  platformatic = (await import(pathToFileURL(path).href)) as Platformatic;
  folder = await mkdtemp(join(tmpdir(), 'trunkline-kafka-clients-'));
  broker = await startBrokerProcess(folder);
  kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  await admin.disconnect();
});

after(async () => {
  assert.equal(await broker.end('SIGTERM'), 0);
  await rm(folder, { recursive: true });
});

const messagesOf = (client: string): Message[] =>
  Array.from({ length: messagesEach }, (_, at) => ({ key: `key-${at % keys}`, value: `${client}-${at}` }));

const kcat = async (args: readonly string[], input = ''): Promise<string> => {
  const child = spawn('kcat', ['-b', broker.address, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(input);
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  assert.equal(code, 0, errors);
  return output;
};

const kcatProduces =
  (name: string, ...options: readonly string[]) =>
  async (): Promise<void> => {
    const lines = messagesOf(name).map(({ key, value }) => `${key}:${value}`);
    // Java's and kafkajs' way to choose a partition; librdkafka's own is another.
    const properties = ['acks=all', 'partitioner=murmur2_random', ...options].flatMap((property) => ['-X', property]);
    await kcat(['-P', '-t', topic, '-K', ':', ...properties], lines.join('\n'));
  };

const producers: Readonly<Record<string, () => Promise<void>>> = {
  kafkajs: async () => {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, acks: -1, messages: messagesOf('kafkajs') });
    await producer.disconnect();
  },
  kcat: kcatProduces('kcat'),
  'kcat, idempotent': kcatProduces('kcat, idempotent', 'enable.idempotence=true'),
  'kcat, gzip': kcatProduces('kcat, gzip', 'compression.codec=gzip'),
  'kcat, zstd': kcatProduces('kcat, zstd', 'compression.codec=zstd'),
  '@platformatic/kafka': async () => {
    const { Producer, stringSerializers } = platformatic;
    const producer = new Producer({
      clientId: 'platformatic',
      bootstrapBrokers: [broker.address],
      serializers: stringSerializers,
    });
    const messages = messagesOf('@platformatic/kafka').map((message) => ({ ...message, topic }));
    await producer.send({ messages, acks: -1 });
    await producer.close();
  },
};

const expected = Object.keys(producers).flatMap((client) => messagesOf(client).map(({ value }) => value));

const consumers: Readonly<Record<string, () => Promise<Read[]>>> = {
  'kcat, from the beginning': async () => {
    const output = await kcat(['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-f', '%p %o %k %s\n']);
    return readKcat(output);
  },
  'kcat, in a group': async () => {
    const read = ['-X', 'auto.offset.reset=earliest', '-c', String(expected.length), '-q', '-f', '%p %o %k %s\n'];
    return readKcat(await kcat([...read, '-G', 'kcat', topic]));
  },
  '@platformatic/kafka, in a group': async () => {
    const { Consumer, stringDeserializers } = platformatic;
    const consumer = new Consumer({
      groupId: 'platformatic',
      clientId: 'platformatic',
      bootstrapBrokers: [broker.address],
      deserializers: stringDeserializers,
    });
    const found: Read[] = [];
    const stream = await consumer.consume({ topics: [topic], autocommit: false, mode: 'earliest' });
    for await (const { key, value, partition, offset, commit } of stream) {
      found.push({ key, value, partition, offset: Number(offset) });
      if (found.length < expected.length) continue;
      await commit();
      break;
    }
    await consumer.close(true);
    return found;
  },
};

const readKcat = (output: string): Read[] =>
  output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, partition, offset, key, value] = /^(\d+) (\d+) (\S+) (.*)$/.exec(line) ?? [];
      return { partition: Number(partition), offset: Number(offset), key: String(key), value: String(value) };
    });

/** Everything, and what one client sent of a key on one partition, in its order. Clients place keys differently. */
const assertWhole = (found: readonly Read[], values: readonly string[]): void => {
  assert.deepEqual(found.map(({ value }) => value).toSorted(), values.toSorted());
  const sequences = Object.values(Object.groupBy(found, ({ key, value }) => `${key} of ${value.replace(/\d+$/, '')}`));
  assert.equal(sequences.length, keys * Object.keys(producers).length);
  for (const sequence of sequences as Read[][]) {
    assert.equal(new Set(sequence.map(({ partition }) => partition)).size, 1);
    const sent = sequence.toSorted((a, b) => a.offset - b.offset).map(({ value }) => Number(/\d+$/.exec(value)?.[0]));
    assert.deepEqual(
      sent,
      sent.toSorted((a, b) => a - b),
    );
  }
};

test('all of them produce at once', limit, async () => {
  await Promise.all(Object.values(producers).map(async (produce) => produce()));
});

for (const [name, consume] of Object.entries(consumers))
  test(`${name} reads what all have sent`, limit, async () => assertWhole(await consume(), expected));

test('kafkajs reads what all have sent', limit, async () => {
  const consumer = kafka.consumer({ groupId: 'kafkajs' });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const found: Read[] = [];
  const isWhole = Promise.withResolvers<void>();
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value, offset } }) => {
      found.push({ partition, offset: Number(offset), key: String(key), value: String(value) });
      if (found.length === expected.length) isWhole.resolve();
    },
  });
  await isWhole.promise;
  await consumer.disconnect();
  assertWhole(found, expected);
});

test('kcat shows the topic, and finds offsets by time', limit, async () => {
  const metadata = await kcat(['-L', '-t', topic]);
  assert.match(metadata, new RegExp(`topic "${topic}" with ${partitions} partitions`));
  assert.equal(await kcat(['-Q', '-t', `${topic}:0:${Date.now() + 60_000}`]), `${topic} [0] offset -1\n`);
});
