/** More partitions for `call-events` while calls are under way, as docs/operations.md describes it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readConfig } from '../../runtime/config.ts';
import { createKafka } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { kafkaSettings } from '../../runtime/settings.ts';
import { until } from '../../runtime/testing/until.ts';
import { topics } from '../../schemas/topics.ts';
import { endInstallation, type Installation, newDataDir, startInstallation } from './installation.ts';
import { startLoad } from './load.ts';
import { callsOfApi, expectedTotals, saidByTruth, settled } from './told.ts';

const dataDir = newDataDir();
let running: Installation | undefined;
after(async () => endInstallation(running, dataDir));

test('calls whose events are in two partitions are told right', { timeout: 240_000 }, async (t) => {
  running = await startInstallation({ dataDir, env: { TRUNKLINE_CALLS_CACHE_EVENTS: '0' } });
  const run = running.run();
  const config = readConfig(kafkaSettings, { TRUNKLINE_KAFKA_BROKERS: run.kafka });
  const patience = { retries: 5, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 };
  const admin = createKafka(config, createLogger('test', 'silent')).client(patience).admin();
  await admin.connect();
  t.after(async () => admin.disconnect());
  const messagesIn = async (): Promise<number[]> =>
    (await admin.fetchTopicOffsets(topics.callEvents))
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ high }) => Number(high));
  const startUs = (Date.now() - 7_200_000) * 1000;
  const load = startLoad({ ingest: run.ingest, key: run.api_key, seed: 'repartition', startUs, callsPerSecond: 20 });
  await until(() => load.accepted() >= 40);
  const before = await messagesIn();
  await admin.createPartitions({ topicPartitions: [{ topic: topics.callEvents, count: before.length * 2 }] });
  // Running processes would hear of them within five minutes.
  for (const service of ['ingest', 'processor-calls']) {
    const pid = running.run().processes[service] as number;
    process.kill(pid, 'SIGTERM');
    await until(() => (running?.run().processes[service] ?? pid) !== pid);
  }
  await until(async () => (await messagesIn()).slice(before.length).every((messages) => messages > 0));
  const { truths, badRecords } = await load.finish();
  const expected = expectedTotals(truths, badRecords);
  assert.deepEqual(await settled(run, expected), expected);
  assert.deepEqual(await callsOfApi(run.api, run.api_key), saidByTruth(truths));
});
