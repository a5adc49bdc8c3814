/** What docs/operations.md says of backups with engines of one's own, done: all that can be made again is lost. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { readConfig } from '../../../runtime/config.ts';
import { createKafka, hasPassed, watchGroup } from '../../../runtime/kafka.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { createObjectStore, type ObjectStore } from '../../../runtime/s3.ts';
import { kafkaSettings, s3Settings } from '../../../runtime/settings.ts';
import { until } from '../../../runtime/testing/until.ts';
import { topics } from '../../../schemas/topics.ts';
import { startLoad } from '../load.ts';
import { queryRows } from '../stored-totals.ts';
import { tableHashes } from '../table-hashes.ts';
import { callsOfApi, expectedTotals, recordingHashes, settled } from '../told.ts';
import { type EngineContainers, startEngineContainers } from './engine-containers.ts';
import { type Services, startServices } from './services.ts';

/** All that make tables. Notifications keeps its place, so that nothing is told again. */
const groups = [
  'trunkline-calls',
  'trunkline-recordings',
  'trunkline-quarantine-2',
  'trunkline-closing',
  'trunkline-agents',
  'trunkline-completeness',
];
const topicsOfAgents = [topics.agentEvents, topics.callEvents, topics.switchEvents];
const tables = [
  'calls',
  'call_events',
  'call_anchors',
  'recordings',
  'quarantined_records',
  'agent_events',
  'agent_spans',
];

suite('tables, places in the log and bucket of real engines are lost', { timeout: 300_000 }, () => {
  let engines: EngineContainers;
  let services: Services;
  before(async () => {
    engines = await startEngineContainers();
    services = await startServices(engines, 1);
  });
  after(async () => {
    await services?.stop();
    await engines?.stop();
  });

  const told = async () => {
    const api = services.replicas[0]?.api ?? '';
    return {
      hashes: await tableHashes(services, tables),
      calls: await callsOfApi(api, services.key),
      audio: await recordingHashes(api, services.key),
    };
  };

  const bucket = (name: string): ObjectStore => {
    const { endpoint, region, accessKeyId, secretAccessKey } = engines.s3;
    const env = {
      TRUNKLINE_S3_ENDPOINT: endpoint,
      TRUNKLINE_S3_REGION: region,
      TRUNKLINE_S3_BUCKET: name,
      TRUNKLINE_S3_ACCESS_KEY_ID: accessKeyId,
      TRUNKLINE_S3_SECRET_ACCESS_KEY: secretAccessKey,
    };
    return createObjectStore(readConfig(s3Settings, env), createLogger('test', 'silent'));
  };

  test('and come back from the log and a copy of the bucket, byte for byte', async () => {
    const { ingest } = services.replicas[0] as Services['replicas'][number];
    const startUs = (Date.now() - 7_200_000) * 1000;
    const load = startLoad({ ingest, key: services.key, seed: `lost ${startUs}`, startUs, callsPerSecond: 10 });
    await until(() => load.accepted() >= 20);
    const { truths, badRecords } = await load.finish();
    const expected = expectedTotals(truths, badRecords);
    assert.deepEqual(await settled(services, expected), expected);
    for (const topic of topicsOfAgents)
      await until(async () => hasReadAll(engines.kafka.address, 'trunkline-agents', topic));
    const [original, copy] = [bucket('trunkline'), bucket('trunkline-copy')];
    const objects = await queryRows<StoredObject>(services, 'SELECT object_key, sha256 FROM recordings FINAL');
    await copy.ensureBucket();
    for (const object of objects) await copyObject(original, copy, object);
    const before = await told();
    await services.stop();

    const { clickhouse, kafka } = engines;
    const sql = 'DROP DATABASE trunkline SYNC';
    const headers = { 'x-clickhouse-user': clickhouse.user, 'x-clickhouse-key': clickhouse.password };
    assert.equal((await fetch(clickhouse.url, { method: 'POST', headers, body: sql })).status, 200);
    for (const { object_key: key } of objects) await original.remove(key);
    await forget(kafka.address, groups);

    for (const object of objects) await copyObject(copy, original, object);
    services = await startServices(engines, 1);
    const isBack = async () => isDeepStrictEqual(await tableHashes(services, tables), before.hashes);
    await until(isBack).catch(() => undefined);
    assert.deepEqual(await told(), before);
  });
});

const kafkaAt = (brokers: string) =>
  createKafka(readConfig(kafkaSettings, { TRUNKLINE_KAFKA_BROKERS: brokers }), createLogger('test', 'silent'));

/** As `kafka-consumer-groups.sh --delete --group …` does it. */
const forget = async (brokers: string, groupIds: readonly string[]): Promise<void> => {
  const patience = { retries: 5, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 };
  const admin = kafkaAt(brokers).client(patience).admin();
  await admin.connect();
  await admin.deleteGroups([...groupIds]);
  await admin.disconnect();
};

/** Offsets are committed last, so what a group has committed is in its tables. */
const hasReadAll = async (brokers: string, groupId: string, topic: string): Promise<boolean> => {
  const group = watchGroup(kafkaAt(brokers), groupId, topic);
  try {
    const ends = await group.ends();
    return hasPassed(await group.committed(), ends);
  } finally {
    await group.stop();
  }
};

type StoredObject = { readonly object_key: string; readonly sha256: string };

const copyObject = async (from: ObjectStore, to: ObjectStore, { object_key: key, sha256 }: StoredObject) => {
  const object = await from.get(key);
  assert.ok(object, key);
  const { body, bytes: contentLength, contentType } = object;
  await to.put({ key, body, contentLength, contentType, sha256Hex: sha256, ifNoneMatch: true });
};
