/** What slow, idle and too many clients do to each other, with limits short enough to be reached. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type ISocketFactory, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import pino from 'pino';
import { until } from '../../../runtime/testing/until.ts';
import { type ConnectionLimits, startBroker } from './broker.ts';
import { ErrorCode } from './protocol/error-codes.ts';
import { buildBatch } from './testing/build-batch.ts';
import { WireClient } from './testing/wire-client.ts';
import * as wire from './testing/wire-requests.ts';

const LIMIT = { timeout: 60_000 };
const LONG_MS = 600_000;
const TOPIC = 'slow';
const PLACE = { topic: TOPIC, partition: 0 };
const START = { ...PLACE, offset: 0 };

type Broker = { address: string; logs: string[] };

/** A broker with one topic, that ends with the test. */
async function brokerWith(t: TestContext, limits: Partial<ConnectionLimits>): Promise<Broker> {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-kafka-slow-'));
  const logs: string[] = [];
  const log = pino({}, { write: (line: string) => logs.push(line) });
  const all = { maxConnections: 512, requestMs: LONG_MS, idleMs: LONG_MS, ...limits };
  const { port, stop } = await startBroker({ folder, host: '127.0.0.1', port: 0, log, limits: all });
  t.after(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });
  const address = `127.0.0.1:${port}`;
  const admin = kafkaAt(address).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC }] });
  await admin.disconnect();
  return { address, logs };
}

function kafkaAt(address: string, settings: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, ...settings });
}

async function wireClient(t: TestContext, { address }: Broker): Promise<WireClient> {
  const client = await WireClient.connect(address);
  t.after(() => client.close());
  return client;
}

/** Announces a request of 1 KiB and sends a byte of it now and then. */
function sendSlowly(socket: Socket): void {
  socket.write(Buffer.from([0, 0, 4, 0]));
  const bytes = setInterval(() => socket.write(Buffer.from([0])), 20);
  socket.on('close', () => clearInterval(bytes));
}

/** With or without an error: the broker hangs up while a byte is on its way. */
function closing(socket: Socket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));
}

/** More than the sockets' buffers hold. */
async function fillTopic(client: WireClient): Promise<void> {
  for (let i = 0; i < 20; i += 1) {
    await wire.produceBatch(client, PLACE, buildBatch({ values: Array(10).fill('x'.repeat(99_000)) }));
  }
}

function askWithoutReading(client: WireClient): void {
  client.socket.pause();
  wire.fetchFrom(client, START).catch(() => undefined);
}

test('a request that is not complete in time is cut, however often a byte of it comes', LIMIT, async (t) => {
  const broker = await brokerWith(t, { requestMs: 500 });
  const { socket } = await wireClient(t, broker);
  sendSlowly(socket);
  await closing(socket);
  assert.match(broker.logs.join(''), /not complete after 500 ms/);
});

test('a client that does not take its answer is cut', LIMIT, async (t) => {
  const broker = await brokerWith(t, { requestMs: 500 });
  const client = await wireClient(t, broker);
  await fillTopic(client);
  askWithoutReading(client);
  await until(() => broker.logs.some((line) => line.includes('an answer was not taken in 500 ms')));
});

test('a client that takes its answer bit by bit gets all of it', LIMIT, async (t) => {
  const broker = await brokerWith(t, { requestMs: 2_000 });
  const client = await wireClient(t, broker);
  await fillTopic(client);
  const { socket } = client;
  socket.on('data', () => {
    socket.pause();
    setTimeout(() => socket.resume(), 20);
  });
  const answer = await wire.fetchFrom(client, START);
  assert.ok(answer.bytes > 19_000_000);
});

test('an idle client is let go, and a producer that was comes back by itself', LIMIT, async (t) => {
  const broker = await brokerWith(t, { idleMs: 500 });
  const sockets: Socket[] = [];
  const socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    const socket = connect({ host, port }, onConnect);
    sockets.push(socket);
    return socket;
  };
  const producer = kafkaAt(broker.address, { socketFactory }).producer();
  t.after(() => producer.disconnect());
  await producer.connect();
  for (let round = 0; round < 3; round += 1) {
    await producer.send({ topic: TOPIC, messages: [{ value: 'x' }] });
    await until(() => sockets.every(({ closed }) => closed));
  }
  assert.equal(await wire.offsetAt(await wireClient(t, broker), PLACE), 3);
});

test('a client that waits for its answer is not idle', LIMIT, async (t) => {
  const client = await wireClient(t, await brokerWith(t, { requestMs: 500, idleMs: 500 }));
  await wire.fetchFrom(client, START, { maxWaitMs: 3_000 });
});

test(
  'where all connections are taken, who never asked goes first, then who has been idle longest',
  LIMIT,
  async (t) => {
    const broker = await brokerWith(t, { maxConnections: 3 });
    const come = async (): Promise<WireClient> => {
      const client = await wireClient(t, broker);
      await ask(client);
      return client;
    };
    const first = await come();
    const silent = await wireClient(t, broker);
    const second = await come();
    const third = await come();
    await closing(silent.socket);
    await ask(first);
    const fourth = await come();
    await closing(second.socket);
    for (const client of [first, third, fourth]) await ask(client);
  },
);

async function ask(client: WireClient): Promise<void> {
  assert.equal((await client.request(18, 0, () => undefined)).int16(), ErrorCode.NONE);
}

test('when all clients wait for the broker, it is the new one that is refused', LIMIT, async (t) => {
  const broker = await brokerWith(t, { maxConnections: 2 });
  const waiting = await Promise.all([wireClient(t, broker), wireClient(t, broker)]);
  const answers = await Promise.all(waiting.map(startWaiting));
  const refused = await wireClient(t, broker);
  await assert.rejects(ask(refused), /closed the connection/);
  await Promise.all(answers.map(({ answer }) => answer));
  await ask(await wireClient(t, broker));
});

/** Resolves when the broker has received the request that it answers later. */
async function startWaiting(client: WireClient): Promise<{ answer: Promise<unknown> }> {
  client.socket.cork();
  const first = ask(client);
  const answer = wire.fetchFrom(client, START, { maxWaitMs: 3_000 });
  client.socket.uncork(); // both requests in one piece
  await first;
  return { answer };
}

test('slow clients on all connections do not keep a producer and a consumer from being served', LIMIT, async (t) => {
  const maxConnections = 20;
  const broker = await brokerWith(t, { maxConnections });
  await fillTopic(await wireClient(t, broker));
  const over = new AbortController();
  const isOver = once(over.signal, 'abort');
  let slowOnes = 0;
  /** Comes again soon after it was cut. */
  const beSlow = async (kind: number): Promise<void> => {
    while (!over.signal.aborted) {
      const client = await WireClient.connect(broker.address);
      if (kind === 1) sendSlowly(client.socket);
      if (kind === 2) askWithoutReading(client);
      slowOnes += 1;
      await Promise.race([closing(client.socket), isOver]);
      client.close();
      await delay(100);
    }
  };
  const slow = Array.from({ length: maxConnections }, (_, i) => beSlow(i % 3));
  await until(() => slowOnes >= maxConnections);

  const kafka = kafkaAt(broker.address);
  const [producer, consumer] = [kafka.producer(), kafka.consumer({ groupId: 'healthy', maxWaitTimeInMs: 100 })];
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [TOPIC] });
  const received = new Set<string>();
  await consumer.run({ eachMessage: async ({ message }) => void received.add(String(message.value)) });
  await until(async () => {
    await producer.send({ topic: TOPIC, messages: [{ value: `message ${received.size}` }] });
    return received.size >= 20;
  });
  over.abort();
  await Promise.all([...slow, producer.disconnect(), consumer.disconnect()]);
});
