/** The embedded broker is killed at random moments under load: what it acknowledged must be there afterwards. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { until } from '../../../runtime/testing/until.ts';
import { ErrorCode } from './protocol/error-codes.ts';
import { type BrokerProcess, startBrokerProcess } from './testing/broker-process.ts';
import { WireClient } from './testing/wire-client.ts';
import * as wire from './testing/wire-requests.ts';

const KILLS = Number(process.env['TRUNKLINE_KILLS'] ?? 5);
const PARTITIONS = 3;
const BATCH = 50;
const TOPIC = 'load';
const GROUP = 'reader';
const ZOMBIES = 'zombies';
const STALE: readonly number[] = [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.ILLEGAL_GENERATION];
const TRY_FOR_EVER = { retries: 1_000_000, initialRetryTime: 20, maxRetryTime: 100 };

type Acknowledged = { partition: number; baseOffset: number; values: string[] };

test(`nothing acknowledged is lost in ${KILLS} kills`, { timeout: 30_000 + KILLS * 15_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-kafka-kill-'));
  let broker = await startBrokerProcess(folder);
  const kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING, retry: TRY_FOR_EVER });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] });

  const stop = new AbortController();
  const acknowledged: Acknowledged[] = [];
  const load = [
    // Each sends one batch at a time, so that a repeated one is recognised by its sequence.
    ...[0, 1, 2].map((partition) => produce(kafka, { idempotent: true, partition }, acknowledged, stop.signal)),
    ...[0, 1, 2].map((partition) => produce(kafka, { idempotent: false, partition }, acknowledged, stop.signal)),
  ];
  const commits = commitWhile(broker.address, stop.signal);
  const zombies: wire.Membership[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    zombies.push(await joinAlone(broker.address));
    const enough = acknowledged.length + 20;
    await until(() => acknowledged.length >= enough);
    await delay(Math.random() * 100);
    await broker.end('SIGKILL');
    broker = await restart(folder, broker);
    await assertRefused(broker.address, zombies);
  }
  stop.abort();
  await Promise.all(load);
  const committed = await commits;

  const client = await WireClient.connect(broker.address);
  const place = { topic: TOPIC, partition: 0 };
  const found = await wire.committedOffset(client, GROUP, place);
  assert.ok(found >= committed, `commit ${committed} was acknowledged, ${found} is there`);
  client.close();
  const stored = await readAll(kafka);
  checkAcknowledged(stored, acknowledged);
  await admin.disconnect();
  assert.equal(await broker.end('SIGTERM'), 0);
  await rm(folder, { recursive: true });
});

/** A member of a group of its own, that holds its generation. */
async function joinAlone(address: string): Promise<wire.Membership> {
  const client = await WireClient.connect(address);
  const member = await wire.joinGroup(client, ZOMBIES, '');
  assert.equal(await wire.syncGroup(client, ZOMBIES, member), 0);
  assert.equal(await wire.commitOffset(client, ZOMBIES, member, { topic: TOPIC, partition: 0, offset: 1 }), 0);
  client.close();
  return member;
}

/** None of those who were members before a kill may commit. */
async function assertRefused(address: string, zombies: readonly wire.Membership[]): Promise<void> {
  const client = await WireClient.connect(address);
  for (const zombie of zombies) {
    const errorCode = await wire.commitOffset(client, ZOMBIES, zombie, { topic: TOPIC, partition: 0, offset: 0 });
    assert.ok(STALE.includes(errorCode), `a commit of before the kill was answered ${errorCode}`);
  }
  assert.equal(await wire.committedOffset(client, ZOMBIES, { topic: TOPIC, partition: 0 }), 1);
  client.close();
}

/** At the address that the clients know. */
async function restart(folder: string, broker: BrokerProcess): Promise<BrokerProcess> {
  return startBrokerProcess(folder, Number(broker.address.split(':')[1]));
}

async function produce(
  kafka: Kafka,
  { idempotent, partition }: { idempotent: boolean; partition: number },
  acknowledged: Acknowledged[],
  stop: AbortSignal,
): Promise<void> {
  const producer: Producer = kafka.producer({ idempotent, maxInFlightRequests: 1 });
  await producer.connect();
  for (let batch = 0; !stop.aborted; batch += 1) {
    const name = `${idempotent ? 'once' : 'again'}-${partition}-${batch}`;
    const values = Array.from({ length: BATCH }, (_, i) => `${name}-${i}-${'x'.repeat(200)}`);
    const messages = values.map((value) => ({ partition, value }));
    const [answer] = await producer.send({ topic: TOPIC, acks: -1, messages });
    acknowledged.push({ partition, baseOffset: Number(answer?.baseOffset), values });
  }
  await producer.disconnect();
}

/** Commits rising offsets; gives the last that was acknowledged. */
async function commitWhile(address: string, stop: AbortSignal): Promise<number> {
  let last = -1;
  const nobody = { memberId: '', generation: -1 };
  while (!stop.aborted) {
    try {
      const client = await WireClient.connect(address);
      for (; !stop.aborted; await delay(2)) {
        const offset = last + 1;
        const errorCode = await wire.commitOffset(client, GROUP, nobody, { topic: TOPIC, partition: 0, offset });
        assert.equal(errorCode, 0);
        last = offset;
      }
      client.close();
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      await delay(20); // the broker is being restarted
    }
  }
  return last;
}

async function readAll(kafka: Kafka): Promise<string[][]> {
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(TOPIC);
  await admin.disconnect();
  let missing = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const consumer = kafka.consumer({ groupId: `check-${Date.now()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
  const stored: string[][] = Array.from({ length: PARTITIONS }, () => []);
  const complete = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch: { partition, messages } }) => {
      const values = stored[partition] as string[];
      for (const { offset, value } of messages) {
        assert.equal(Number(offset), values.length, 'offsets have no holes');
        values.push(String(value));
      }
      missing -= messages.length;
      if (missing <= 0) complete.resolve();
    },
  });
  await complete.promise;
  await consumer.disconnect();
  return stored;
}

function checkAcknowledged(stored: string[][], acknowledged: Acknowledged[]): void {
  for (const { partition, baseOffset, values } of acknowledged) {
    const there = stored[partition]?.slice(baseOffset, baseOffset + values.length);
    assert.deepEqual(there, values, `acknowledged at ${partition}/${baseOffset}`);
  }
  const once = stored.flat().filter((value) => value.startsWith('once-'));
  assert.equal(new Set(once).size, once.length, 'idempotent batches are stored once');
}
