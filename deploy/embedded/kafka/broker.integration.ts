/** What only the embedded broker is asked: how its process behaves, what it refuses, what it withstands. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { ErrorCode } from './protocol/error-codes.ts';
import { type BrokerProcess, MAIN, startBrokerProcess } from './testing/broker-process.ts';
import { buildBatch } from './testing/build-batch.ts';
import { WireClient } from './testing/wire-client.ts';
import * as wire from './testing/wire-requests.ts';

const LIMIT = { timeout: 60_000 };
const clients: WireClient[] = [];
let folder: string;
let broker: BrokerProcess;
let kafka: Kafka;
let admin: Admin;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-kafka-'));
  broker = await startBrokerProcess(folder);
  kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING, retry: { retries: 1 } });
  admin = kafka.admin();
  await admin.connect();
});

after(async () => {
  for (const client of clients) client.close();
  await admin.disconnect();
  assert.equal(await broker.end('SIGTERM'), 0);
  await rm(folder, { recursive: true });
});

async function connect(): Promise<WireClient> {
  const client = await WireClient.connect(broker.address);
  clients.push(client);
  return client;
}

/** The broker answers a new client, whatever happened to others. */
async function assertServing(): Promise<void> {
  const answer = await (await connect()).request(18, 0, () => undefined);
  assert.equal(answer.int16(), ErrorCode.NONE);
}

async function fullTopic(topic: string, megabytes: number): Promise<void> {
  await admin.createTopics({ topics: [{ topic }] });
  const client = await connect();
  const batch = (): Buffer => buildBatch({ values: Array(10).fill('x'.repeat(99_000)) });
  for (let i = 0; i < megabytes; i += 1) await wire.produceBatch(client, { topic, partition: 0 }, batch());
}

test('a second process on the folder is refused and the first goes on', LIMIT, async () => {
  await assert.rejects(startBrokerProcess(folder), /in use by process/);
  await assertServing();
});

for (const [name, args, status, words] of [
  ['wrong flags', ['--data', 'd'], 2, /--port N is required/],
  ['help', ['--help'], 0, /Usage/],
] as const) {
  test(`${name}: exit status ${status} and words to the user`, LIMIT, async () => {
    const child = spawn(process.execPath, [MAIN, ...args]);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const [code] = await once(child, 'close');
    assert.equal(code, status);
    assert.match(output, words);
  });
}

test('it stops by itself when the process that started it is gone', LIMIT, async () => {
  const other = await mkdtemp(join(tmpdir(), 'trunkline-kafka-'));
  const child = spawn(process.execPath, [MAIN, '--data', other, '--port', '0', '--with-parent']);
  assert.match(String((await once(child.stdout, 'data'))[0]), /^ready 127\.0\.0\.1:\d+\n$/);
  child.stdin.end();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await rm(other, { recursive: true });
});

test('it stops cleanly when that process was killed, though nobody reads its log any more', LIMIT, async () => {
  const other = await mkdtemp(join(tmpdir(), 'trunkline-kafka-'));
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdout.once('data', () => process.stdout.write('ready'));
  `;
  const parent = spawn(process.execPath, ['-e', script, MAIN, '--data', other, '--port', '0', '--with-parent']);
  await once(parent.stdout, 'data');
  parent.kill('SIGKILL');
  while ((await readdir(other)).includes('locks')) await setTimeout(20); // given back by a clean stop only
  await rm(other, { recursive: true });
});

test('a topic takes no more partitions than there may be', LIMIT, async () => {
  await admin.createTopics({ topics: [{ topic: 'grown', numPartitions: 2 }] });
  const client = await connect();
  assert.equal(await wire.createPartitions(client, 'grown', 1_001), ErrorCode.INVALID_PARTITIONS);
  const { topics: found } = await admin.fetchTopicMetadata({ topics: ['grown'] });
  assert.equal(found[0]?.partitions.length, 2);
});

test('compaction is refused with a reason', LIMIT, async () => {
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  await assert.rejects(admin.createTopics({ topics: [{ topic: 'compacted', configEntries }] }), (error: Error) => {
    assert.match(JSON.stringify(error), /INVALID_CONFIG/);
    return true;
  });
  assert.ok(!(await admin.listTopics()).includes('compacted'));
});

test('transactions are refused', LIMIT, async () => {
  const client = await connect();
  const coordinator = await client.request(10, 1, (w) => w.string('tx').int8(1));
  coordinator.int32(); // throttle time
  assert.equal(coordinator.int16(), ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
  assert.match(coordinator.string(), /no transactions/);
  const producerId = await client.request(22, 1, (w) => w.nullableString('tx').int32(1_000));
  producerId.int32(); // throttle time
  assert.equal(producerId.int16(), ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
});

test('asking for a topic does not make it', LIMIT, async () => {
  const producer = kafka.producer({ allowAutoTopicCreation: true, retry: { retries: 0 } });
  await producer.connect();
  await assert.rejects(producer.send({ topic: 'unmade', messages: [{ value: 'x' }] }));
  await producer.disconnect();
  assert.ok(!(await admin.listTopics()).includes('unmade'));
});

test(
  'a version of ApiVersions that is too new is answered with what there is, and the connection lives',
  LIMIT,
  async () => {
    const client = await connect();
    const answer = await client.request(18, 99, (w) => w.string('whatever'));
    assert.equal(answer.int16(), ErrorCode.UNSUPPORTED_VERSION);
    assert.ok(answer.array(() => [answer.int16(), answer.int16(), answer.int16()]).length > 10);
    assert.equal((await client.request(18, 0, () => undefined)).int16(), ErrorCode.NONE);
  },
);

for (const [name, send] of [
  ['an unknown API', (client: WireClient) => client.request(999, 0, () => undefined)],
  ['a version that is too new', (client: WireClient) => client.request(3, 50, () => undefined)],
  ['a request that ends early', (client: WireClient) => client.request(3, 1, (w) => w.int32(5))],
  ['a frame without a header', (client: WireClient) => client.send(Buffer.from([1]))],
  ['a request that claims a huge array', (client: WireClient) => client.request(3, 1, (w) => w.int32(2 ** 31 - 1))],
] as const) {
  test(`${name} ends the connection, not the broker`, LIMIT, async () => {
    await assert.rejects(send(await connect()), /closed the connection/);
    await assertServing();
  });
}

for (const [name, bytes] of [
  ['a frame of 2 GiB', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
  ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
  ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
] as const) {
  test(`${name} ends the connection, not the broker`, LIMIT, async () => {
    const client = await connect();
    const closed = once(client.socket, 'close');
    client.socket.write(bytes);
    await closed;
    await assertServing();
  });
}

test('half-sent requests and idle connections do not keep others from being served', LIMIT, async () => {
  for (let i = 0; i < 200; i += 1) {
    const { socket } = await connect();
    if (i % 2 === 0) socket.write(Buffer.from([0, 0, 4, 0, 0, 3])); // 1 KiB announced, 2 bytes sent
  }
  for (let i = 0; i < 10; i += 1) {
    const { socket } = await connect();
    socket.write(Buffer.from([1, 0x80, 0, 0, 0, 0])); // 25 MiB announced, 2 bytes sent
  }
  await assertServing();
});

test('a producer that wants no answer gets none', LIMIT, async () => {
  await admin.createTopics({ topics: [{ topic: 'unanswered' }] });
  const client = await connect();
  const batch = buildBatch({ values: ['x'] });
  const silent = client.request(0, 3, (w) =>
    w.nullableString(null).int16(0).int32(1).int32(1).string('unanswered').int32(1).int32(0).bytes(batch),
  );
  const next = wire.offsetAt(client, { topic: 'unanswered', partition: 0 });
  // The client takes answers in turn, so the answer to the second request comes to the first.
  await assert.rejects(silent, /answer 2 to request 1/);
  client.close();
  await assert.rejects(next);
  assert.equal(await wire.offsetAt(await connect(), { topic: 'unanswered', partition: 0 }), 1);
});

test('a producer that wants no answer learns of a failure by the closed connection', LIMIT, async () => {
  const client = await connect();
  const batch = buildBatch({ values: ['x'] });
  await assert.rejects(
    client.request(0, 3, (w) =>
      w.nullableString(null).int16(0).int32(1).int32(1).string('no-such').int32(1).int32(0).bytes(batch),
    ),
    /closed the connection/,
  );
});

test('requests sent without waiting are answered in order', LIMIT, async () => {
  await admin.createTopics({ topics: [{ topic: 'pipelined', numPartitions: 3 }] });
  const client = await connect();
  const answers = Array.from({ length: 300 }, async (_, i) => {
    const place = { topic: 'pipelined', partition: i % 3 };
    if (i % 10 === 9) return wire.offsetAt(client, place); // sees all that was sent before it
    return (await wire.produceBatch(client, place, buildBatch({ values: ['x'] }))).baseOffset;
  });
  const next = [0, 0, 0];
  for (const [i, offset] of (await Promise.all(answers)).entries()) {
    const expected = next[i % 3] as number;
    assert.equal(offset, expected);
    if (i % 10 !== 9) next[i % 3] = expected + 1;
  }
});

test('clients that do not read what they asked for cost next to nothing', LIMIT, async () => {
  const start = { topic: 'large', partition: 0, offset: 0 };
  await fullTopic('large', 20);
  const slow = await Promise.all(Array.from({ length: 40 }, connect));
  for (const client of slow) {
    client.socket.pause();
    for (let i = 0; i < 10; i += 1) wire.fetchFrom(client, start).catch(() => undefined); // 8 GB in all
  }
  await assertServing();
  const read = await wire.fetchFrom(await connect(), start);
  assert.ok(read.bytes > 19_000_000);
  assert.ok((await residentMegabytes()) < 250, 'nothing like what was asked for');
});

async function residentMegabytes(): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const status = await readFile(`/proc/${broker.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
