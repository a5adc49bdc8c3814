import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { startEngines } from '../../deploy/testing/engines.ts';
import { readMigrations } from '../../deploy/migrate/migration-files.ts';
import { type ClickHouse, createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createPublisher, ensureTopics, type KafkaConnection, runBatches } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { clickhouseSettings, kafkaSettings } from '../../runtime/settings.ts';
import { until } from '../../runtime/testing/until.ts';
import * as columns from '../../schemas/clickhouse-columns.ts';
import { decodeDeadLetter } from '../../schemas/dead-letters.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { callEventKey, topicPlans, topics } from '../../schemas/topics.ts';
import { at } from '../testing/event-table.ts';
import { createRandom } from '../testing/random.ts';
import { someCalls } from '../testing/scenarios.ts';
import { assembleLinked, type LinkedCall } from './assembly/assemble-linked.ts';
import { identityOf } from './assembly/identity.ts';
import { clickhouseStores } from './clickhouse-call-store.ts';

type World = {
  readonly env: Readonly<Record<string, string>>;
  readonly clickhouse: ClickHouse;
  readonly kafka: KafkaConnection;
  readonly stop: () => Promise<void>;
};

const logger = createLogger('test', 'silent');

const startWorld = async (): Promise<World> => {
  const engines = await startEngines({ kafka: true, clickhouse: true });
  const database = `calls_${process.pid}_${Date.now()}`;
  const env = {
    TRUNKLINE_KAFKA_BROKERS: engines.kafka.brokers.join(','),
    TRUNKLINE_CLICKHOUSE_URL: engines.clickhouse.url,
    TRUNKLINE_CLICKHOUSE_USER: engines.clickhouse.user,
    TRUNKLINE_CLICKHOUSE_PASSWORD: engines.clickhouse.password,
    TRUNKLINE_CLICKHOUSE_DATABASE: database,
    TRUNKLINE_LOG_LEVEL: 'warn',
  };
  const config = readConfig({ ...kafkaSettings, ...clickhouseSettings }, env);
  const server = createClickHouse({ ...config, clickhouseDatabase: 'default' }, logger);
  await server.command(`CREATE DATABASE ${database}`);
  const clickhouse = createClickHouse(config, logger);
  for (const { statement } of readMigrations()) await clickhouse.command(statement);
  const kafka = createKafka(config, logger);
  await ensureTopics(
    kafka,
    topicPlans.map(({ topic, partitions, config: ofTopic }) => ({
      topic,
      partitions: partitions ?? 3,
      replication: 1,
      config: ofTopic,
    })),
  );
  const stop = async (): Promise<void> => {
    await server.command(`DROP DATABASE ${database}`);
    await Promise.all([clickhouse.close(), server.close()]);
    await engines.stop();
  };
  return { env, clickhouse, kafka, stop };
};

const entry = new URL('./service.ts', import.meta.url).href;

const startProcessor = (world: World, more: Readonly<Record<string, string>> = {}): ChildProcess =>
  spawn(process.execPath, ['--input-type=module', '-e', `(await import('${entry}')).runCallsProcessor()`], {
    stdio: 'ignore',
    env: { ...process.env, ...world.env, ...more },
  });

const ended = async (child: ChildProcess): Promise<number | null> =>
  child.exitCode ?? new Promise((resolve) => child.once('exit', resolve));

type Seen = { call_id: string; version: string; disposition: string; state: string; talk_ms: string; legs: string[] };

const seenCalls = async (clickhouse: ClickHouse): Promise<Seen[]> =>
  clickhouse.query<Seen>(
    'SELECT call_id, version, disposition, state, talk_ms, legs.leg_id AS legs FROM calls FINAL ORDER BY call_id',
  );

const fingerprint = async (clickhouse: ClickHouse): Promise<unknown> =>
  Promise.all(
    ['calls', 'recordings', 'call_events'].map(async (table) =>
      clickhouse.query(
        `SELECT count() AS rows, groupBitXor(cityHash64(formatRow('JSONEachRow', *))) AS content FROM ${table} FINAL`,
      ),
    ),
  );

const expectedCalls = (calls: readonly (readonly Event[])[]): Seen[] =>
  calls
    .flatMap((events) => assembleLinked([...Map.groupBy(events, ({ call_key }) => call_key).values()].map(toLinked)))
    .map(({ call: { call_id, version, disposition, state, talk_ms, legs } }) => ({
      call_id,
      version: String(version),
      disposition,
      state,
      talk_ms: String(talk_ms),
      legs: legs.map(({ leg_id }) => leg_id),
    }))
    .sort((a, b) => (a.call_id < b.call_id ? -1 : 1));

const toLinked = (events: readonly Event[]): LinkedCall => {
  const told = events.find(({ call_started_at }) => call_started_at !== null) as Event;
  return { identity: identityOf(told, told.call_started_at as number), events };
};

suite('the calls processor on Kafka and ClickHouse', { timeout: 120_000 }, () => {
  let world: World;
  before(async () => {
    world = await startWorld();
  });
  after(async () => world.stop());

  test('the tables have the columns that rows are written with', async () => {
    const tables = {
      call_events: columns.callEventColumns,
      call_anchors: columns.callAnchorColumns,
      unanchored_events: columns.unanchoredEventColumns,
      calls: columns.callColumns,
      recordings: columns.recordingColumns,
      log_ledger: columns.ledgerColumns,
      quarantined_records: columns.quarantinedColumns,
      quarantine_steps: columns.quarantineStepColumns,
      switch_events: columns.switchEventColumns,
      switch_signs: columns.switchSignColumns,
      announced_calls: columns.announcedCallColumns,
    };
    for (const [table, declared] of Object.entries(tables)) {
      const rows = await world.clickhouse.query<{ name: string; type: string; default_kind: string }>(
        `SELECT name, type, default_kind FROM system.columns
         WHERE database = currentDatabase() AND table = {table:String} ORDER BY position`,
        { table },
      );
      const written = rows.filter(({ default_kind }) => default_kind === '');
      const types = written.map(({ name, type }) => [name, writtenType(type)]);
      // Inserts name their columns, so their order does not matter.
      assert.deepEqual(Object.fromEntries(types), declared, table);
    }
  });

  test('events become rows, though the processor is killed again and again, and a replay changes nothing', async () => {
    const { clickhouse, kafka } = world;
    const random = createRandom(11);
    const { calls } = someCalls(random, 300, true);
    const values = random.shuffle(calls.flat());
    const publisher = await createPublisher(kafka);
    const publish = async (events: readonly Event[]): Promise<void> =>
      publisher.publish(
        events.map((event) => ({
          topic: topics.callEvents,
          key: callEventKey(event.tenant_id, event.call_key),
          value: encodeEvent(event),
        })),
      );

    // Each run reads from the beginning: a group that lost a member to kill -9 waits half a minute for it.
    for (const share of [0.3, 0.6]) {
      const child = startProcessor(world, { TRUNKLINE_CALLS_GROUP: `killed-${share}` });
      const rowsBefore = (await seenCalls(clickhouse)).length;
      await publish(values.slice((share - 0.3) * values.length, share * values.length));
      await until(async () => (await seenCalls(clickhouse)).length > rowsBefore);
      child.kill('SIGKILL');
      await ended(child);
    }
    await publisher.publish([{ topic: topics.callEvents, key: 'acme:x', value: Buffer.from('no event') }]);
    const stopped = startProcessor(world);
    await publish(values.slice(0.6 * values.length, 0.9 * values.length));
    await until(async () => (await deadLetterCodes(kafka)).length > 0);
    stopped.kill('SIGTERM');
    assert.equal(await ended(stopped), 0);

    const last = startProcessor(world);
    await publish(values.slice(0.5 * values.length));
    await publisher.stop();
    const expected = JSON.stringify(expectedCalls(calls));
    await until(async () => JSON.stringify(await seenCalls(clickhouse)) === expected);
    last.kill('SIGTERM');
    assert.equal(await ended(last), 0);
    const first = await fingerprint(clickhouse);
    const letters = (await deadLetterCodes(kafka)).length;

    const again = startProcessor(world, { TRUNKLINE_CALLS_GROUP: 'replay', TRUNKLINE_CALLS_CACHE_EVENTS: '0' });
    await until(async () => (await lagOf(world, 'replay')) === 0);
    again.kill('SIGTERM');
    assert.equal(await ended(again), 0);
    assert.deepEqual(await fingerprint(clickhouse), first);
    assert.equal((await deadLetterCodes(kafka)).length, letters + 1);
  });

  test('a call is read by the index, a tenant gets its own rows only', async () => {
    const stores = clickhouseStores(world.clickhouse);
    const anchor = { call_key: 'shared', call_started_at: at(1) };
    await stores.anchors.insert([
      { tenant_id: 'acme', ...anchor },
      { tenant_id: 'umbra', call_key: 'other', call_started_at: at(2) },
    ]);
    assert.deepEqual(
      await stores.anchors.find([
        { tenant_id: 'umbra', call_key: 'shared' },
        { tenant_id: 'acme', call_key: 'shared' },
      ]),
      [{ tenant_id: 'acme', ...anchor }],
    );
    const event = Buffer.from([0, 255, 39, 92, 10]);
    const row = { tenant_id: 'acme', call_key: "it's \\ odd", event_id: 'e', content_hash: 'h', event };
    await stores.waiting.insert([{ ...row, switch_id: 'pbx-1', observed_order: 1 }]);
    assert.deepEqual(await stores.waiting.find([row]), [row]);
  });
});

/** A column's type as rows are written: an aggregate that is its own state is written as what it holds. */
const writtenType = (type: string): string =>
  type
    .replaceAll(", 'UTC'", '')
    .replaceAll('`', '')
    .replace(/^SimpleAggregateFunction\(\w+, (.*)\)$/, '$1');

/** Codes of all dead letters so far, read from the beginning by a group of its own. */
const deadLetterCodes = async (kafka: KafkaConnection): Promise<string[]> => {
  const codes: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const runner = await runBatches({
    kafka,
    groupId: `letters-${process.hrtime.bigint()}`,
    topics: [topics.deadLetters],
    handle: async ({ messages, highWatermark }) => {
      for (const { value } of messages) codes.push(decodeDeadLetter(value as Buffer).code);
      if (Number(messages.at(-1)?.offset) + 1 >= Number(highWatermark)) resolve();
    },
    logger,
    metrics: createMetrics('test'),
    onFatal: reject,
  });
  await promise;
  await runner.stop();
  return codes;
};

/** How many records the group has yet to commit. */
const lagOf = async ({ kafka }: World, groupId: string): Promise<number> => {
  const patience = { retries: 5, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 };
  const admin = kafka.client(patience).admin();
  await admin.connect();
  const [ends, [committed]] = await Promise.all([
    admin.fetchTopicOffsets(topics.callEvents),
    admin.fetchOffsets({ groupId, topics: [topics.callEvents] }),
  ]);
  await admin.disconnect();
  const done = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
  return ends.reduce((lag, { partition, offset }) => lag + Number(offset) - (done.get(partition) ?? 0), 0);
};
