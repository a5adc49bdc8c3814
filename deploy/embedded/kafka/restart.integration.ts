/** What the next process of the embedded broker finds, after a clean stop and after a kill. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Kafka, logLevel } from 'kafkajs';
import { ErrorCode } from './protocol/error-codes.ts';
import { startBrokerProcess } from './testing/broker-process.ts';
import { buildBatch } from './testing/build-batch.ts';
import { WireClient } from './testing/wire-client.ts';
import * as wire from './testing/wire-requests.ts';

const LIMIT = { timeout: 60_000 };

test('everything is there after a clean restart', LIMIT, async () => {
  const other = await mkdtemp(join(tmpdir(), 'trunkline-kafka-'));
  const place = { topic: 'kept', partition: 1 };
  const nobody = { memberId: '', generation: -1 };
  const first = await startBrokerProcess(other);
  const before = new Kafka({ brokers: [first.address], logLevel: logLevel.NOTHING }).admin();
  await before.connect();
  await before.createTopics({ topics: [{ topic: 'kept', numPartitions: 2 }] });
  const client = await WireClient.connect(first.address);
  await wire.produceBatch(client, place, buildBatch({ values: ['a', 'b'] }));
  await wire.commitOffset(client, 'group', nobody, { ...place, offset: 1 });
  const member = await wire.joinGroup(client, 'group', '');
  await before.disconnect();
  assert.equal(await first.end('SIGTERM'), 0);

  const second = await startBrokerProcess(other);
  const again = await WireClient.connect(second.address);
  assert.equal(await wire.offsetAt(again, place), 2);
  assert.equal(await wire.committedOffset(again, 'group', place), 1);
  const zombie = await wire.commitOffset(again, 'group', member, { ...place, offset: 2 });
  assert.equal(zombie, ErrorCode.UNKNOWN_MEMBER_ID);
  assert.ok((await wire.joinGroup(again, 'group', '')).generation > member.generation);
  again.close();
  assert.equal(await second.end('SIGTERM'), 0);
  await rm(other, { recursive: true });
});

test('after a kill the generation before it commits nothing, whoever is a member by then', LIMIT, async () => {
  const other = await mkdtemp(join(tmpdir(), 'trunkline-kafka-'));
  const place = { topic: 'held', partition: 0 };
  const first = await startBrokerProcess(other);
  const before = new Kafka({ brokers: [first.address], logLevel: logLevel.NOTHING }).admin();
  await before.connect();
  await before.createTopics({ topics: [{ topic: 'held' }] });
  await before.disconnect();
  const old = await WireClient.connect(first.address);
  const zombie = await wire.joinGroup(old, 'group', '');
  assert.equal(await wire.syncGroup(old, 'group', zombie), ErrorCode.NONE);
  assert.equal(await wire.commitOffset(old, 'group', zombie, { ...place, offset: 5 }), ErrorCode.NONE);
  await first.end('SIGKILL');

  const second = await startBrokerProcess(other);
  const client = await WireClient.connect(second.address);
  const commit = (member: wire.Membership, offset: number): Promise<number> =>
    wire.commitOffset(client, 'group', member, { ...place, offset });
  assert.equal(await commit(zombie, 9), ErrorCode.UNKNOWN_MEMBER_ID);
  const member = await wire.joinGroup(client, 'group', '');
  assert.ok(member.generation > zombie.generation);
  assert.equal(await wire.syncGroup(client, 'group', member), ErrorCode.NONE);
  assert.equal(await commit(zombie, 9), ErrorCode.UNKNOWN_MEMBER_ID);
  assert.equal(await commit({ ...member, generation: zombie.generation }, 9), ErrorCode.ILLEGAL_GENERATION);
  assert.equal(await wire.committedOffset(client, 'group', place), 5);
  assert.equal(await commit(member, 6), ErrorCode.NONE);
  client.close();
  assert.equal(await second.end('SIGTERM'), 0);
  await rm(other, { recursive: true });
});
