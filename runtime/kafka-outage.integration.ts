import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, suite, test } from 'node:test';
import { type EngineProcess, startEngineProcess } from '../deploy/testing/engine-process.ts';
import { readConfig } from './config.ts';
import {
  createKafka,
  createLogView,
  createPublisher,
  ensureTopics,
  type KafkaConnection,
  KafkaUnavailable,
  runBatches,
} from './kafka.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { kafkaSettings } from './settings.ts';
import { until } from './testing/until.ts';

const logger = createLogger('test', 'silent');

// Kills a broker of its own, so it always runs on the embedded one.
suite('kafka outage', { timeout: 90_000 }, () => {
  let dataDir: string;
  let broker: EngineProcess;
  let kafka: KafkaConnection;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'trunkline-outage-'));
    broker = await startEngineProcess('kafka', { dataDir });
    const environment = { TRUNKLINE_KAFKA_BROKERS: `${broker.host}:${broker.port}` };
    kafka = createKafka(readConfig(kafkaSettings, environment), logger);
  });
  after(async () => {
    await broker.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function crashAndRestart(whileDown: () => Promise<void> = async () => undefined): Promise<void> {
    await broker.kill();
    await whileDown();
    broker = await startEngineProcess('kafka', { dataDir, port: broker.port });
  }

  async function newTopic(partitions: number): Promise<string> {
    const topic = `test-${randomUUID()}`;
    await ensureTopics(kafka, [{ topic, partitions, replication: 1 }]);
    return topic;
  }

  test('what was acknowledged before, during and after a crash is consumed, by a member that lived through it', async () => {
    const topic = await newTopic(3);
    const seen = new Set<string>();
    const consumer = await runBatches({
      kafka,
      groupId: randomUUID(),
      topics: [topic],
      logger,
      metrics: createMetrics('test'),
      onFatal: (error) => assert.fail(error),
      handle: async ({ messages }) => {
        for (const { value } of messages) seen.add(String(value));
      },
    });
    const publisher = await createPublisher(kafka, { timeoutMs: 20_000 });
    const acknowledged: string[] = [];
    const publishing = Array.from({ length: 4 }, async (_, caller) => {
      for (let round = 0; round < 60; round += 1) {
        const values = Array.from({ length: 5 }, (_value, index) => `${caller}-${round}-${index}`);
        await publisher.publish(values.map((value) => ({ topic, key: value, value: Buffer.from(value) })));
        acknowledged.push(...values);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    await until(() => acknowledged.length > 200);
    await crashAndRestart();
    await Promise.all(publishing);
    assert.equal(acknowledged.length, 1200);
    await until(() => acknowledged.every((value) => seen.has(value)));
    assert.equal(consumer.isHealthy(), true);
    await publisher.stop();
    await consumer.stop();
  });

  test('a publisher gives up in its time, then fails at once, and works again when the broker is back', async () => {
    const topic = await newTopic(1);
    const publisher = await createPublisher(kafka, { timeoutMs: 400 });
    const message = { topic, key: 'k', value: Buffer.from('v') };
    await publisher.publish([message]);
    await crashAndRestart(async () => {
      await assert.rejects(publisher.publish([message]), KafkaUnavailable);
      assert.equal(publisher.isAvailable(), false);
      const many = Array.from({ length: 100 }, async () => publisher.publish([message]));
      for (const { status } of await Promise.allSettled(many)) assert.equal(status, 'rejected');
    });
    await until(publisher.isAvailable);
    await publisher.publish([message]);
    await publisher.stop();
  });

  test('a publisher that began with a broker that took its connection and was silent works once it speaks', async () => {
    const topic = await newTopic(1);
    process.kill(broker.pid, 'SIGSTOP');
    const publisher = await createPublisher(kafka, { timeoutMs: 400 }).finally(() => {
      process.kill(broker.pid, 'SIGCONT');
    });
    assert.equal(publisher.isAvailable(), false);
    await until(publisher.isAvailable);
    await publisher.publish([{ topic, key: 'k', value: Buffer.from('v') }]);
    await publisher.stop();
  });

  test('a log view goes on where it was', async () => {
    const topic = await newTopic(1);
    const view = createLogView<string[], string>({
      kafka,
      topic,
      initial: () => [],
      decode: ({ value }) => String(value),
      apply: (state, event) => [...state, event],
    });
    await view.caughtUp;
    const propose = async (text: string) => view.propose('k', Buffer.from(text), randomUUID(), 20_000);
    assert.deepEqual(await propose('before'), { accepted: true });
    await crashAndRestart();
    assert.deepEqual(await propose('after'), { accepted: true });
    assert.deepEqual([...new Set(view.state())], ['before', 'after']);
    await view.stop();
  });
});
