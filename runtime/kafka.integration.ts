import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import kafkajs from 'kafkajs';
import { type Engines, startEngines } from '../deploy/testing/engines.ts';
import { readConfig } from './config.ts';
import {
  type BatchOptions,
  type BatchRunner,
  createKafka,
  createLogView,
  createPublisher,
  ensureTopics,
  type KafkaConnection,
  KafkaUnavailable,
  type LogRecord,
  type LogView,
  MessageTooLarge,
  type Outgoing,
  runBatches,
} from './kafka.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';
import { kafkaSettings } from './settings.ts';
import { until } from './testing/until.ts';

const logger = createLogger('test', 'silent');

function connect(brokers: readonly string[]): KafkaConnection {
  return createKafka(readConfig(kafkaSettings, { TRUNKLINE_KAFKA_BROKERS: brokers.join(',') }), logger);
}

const numbered = (topic: string, count: number, from = 0): Outgoing[] =>
  Array.from({ length: count }, (_, index) => ({
    topic,
    key: `key-${(from + index) % 17}`,
    value: Buffer.from(String(from + index)),
  }));

suite('kafka', { timeout: 120_000 }, () => {
  let engines: Engines<{ kafka: true }>;
  let kafka: KafkaConnection;

  before(async () => {
    engines = await startEngines({ kafka: true });
    kafka = connect(engines.kafka.brokers);
  });
  after(async () => {
    await engines.stop();
  });

  async function newTopic(partitions = 3, config: Readonly<Record<string, string>> = {}): Promise<string> {
    const topic = `test-${randomUUID()}`;
    await ensureTopics(kafka, [{ topic, partitions, replication: 1, config }]);
    return topic;
  }

  async function publish(messages: readonly Outgoing[]): Promise<void> {
    const publisher = await createPublisher(kafka);
    await publisher.publish(messages);
    await publisher.stop();
  }

  /** A member of a group that collects what it handles, and the group's runner. */
  async function member(
    topic: string,
    groupId: string,
    options: Partial<BatchOptions> = {},
  ): Promise<BatchRunner & { readonly values: string[]; readonly records: LogRecord[] }> {
    const records: LogRecord[] = [];
    const values: string[] = [];
    const runner = await runBatches({
      kafka,
      groupId,
      topics: [topic],
      logger,
      metrics: createMetrics('test'),
      onFatal: (error) => {
        throw error;
      },
      ...options,
      handle: async (batch, fence) => {
        await options.handle?.(batch, fence);
        records.push(...batch.messages);
        values.push(...batch.messages.map(({ value }) => String(value)));
      },
    });
    return { ...runner, values, records };
  }

  test('topics are created once and then left as they are', async () => {
    const topic = `test-${randomUUID()}`;
    const spec = { topic, partitions: 2, replication: 1, config: { 'retention.ms': '-1' } };
    assert.deepEqual(await ensureTopics(kafka, [spec]), [{ topic, created: true }]);
    assert.deepEqual(await ensureTopics(kafka, [{ ...spec, partitions: 5 }]), [{ topic, created: false }]);
  });

  test('what is published is consumed, with key, headers, time and order of each key', async () => {
    const topic = await newTopic();
    await publish([
      {
        topic,
        key: 'a',
        value: Buffer.from('1'),
        headers: { h: 'x', b: Buffer.from('y') },
        timestamp: 1_700_000_000_123,
      },
      { topic, key: 'a', value: null },
      { topic, key: 'a', value: Buffer.alloc(0) },
    ]);
    const { records, stop } = await member(topic, randomUUID());
    await until(() => records.length === 3);
    await stop();
    const [first, tombstone, empty] = records;
    assert.equal(first?.key?.toString(), 'a');
    assert.equal(first?.value?.toString(), '1');
    assert.equal(first?.timestampMs, 1_700_000_000_123);
    assert.deepEqual([String(first?.headers?.['h']), String(first?.headers?.['b'])], ['x', 'y']);
    assert.equal(tombstone?.value, null);
    assert.equal(empty?.value?.length, 0);
    assert.deepEqual(
      records.map(({ offset }) => offset),
      ['0', '1', '2'],
    );
  });

  test('batches that foreign producers compressed are read', async () => {
    const topic = await newTopic(1);
    const producer = kafka
      .client({ retries: 3, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 })
      .producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    const { GZIP, ZSTD } = kafkajs.CompressionTypes;
    for (const compression of [GZIP, ZSTD]) {
      const value = `compressed by codec ${compression}`;
      await producer.send({ topic, compression, messages: [{ key: 'k', value }] });
    }
    await producer.disconnect();
    const { values, stop } = await member(topic, randomUUID());
    await until(() => values.length === 2);
    await stop();
    assert.deepEqual(values, [`compressed by codec ${GZIP}`, `compressed by codec ${ZSTD}`]);
  });

  test('a consumer that meets a codec it cannot read ends, and says so', async () => {
    const topic = await newTopic(1);
    const snappy = kafkajs.CompressionTypes.Snappy;
    const unread = kafkajs.CompressionCodecs[snappy];
    // Snappy of a few bytes that are taken as they are: their number, then a literal.
    const literal = async ({ buffer }: { buffer: Buffer }): Promise<Buffer> =>
      Buffer.concat([Buffer.from([buffer.length, (buffer.length - 1) << 2]), buffer]);
    kafkajs.CompressionCodecs[snappy] = () => ({ compress: literal });
    const producer = kafka
      .client({ retries: 3, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 })
      .producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, compression: snappy, messages: [{ key: 'k', value: 'v' }] });
    await producer.disconnect();
    kafkajs.CompressionCodecs[snappy] = unread;
    const { promise: fatal, resolve } = Promise.withResolvers<Error>();
    const { stop } = await member(topic, randomUUID(), { onFatal: resolve });
    assert.match((await fatal).message, /Snappy/);
    await stop();
  });

  test('many calls at once are all acknowledged and arrive once', async () => {
    const topic = await newTopic();
    const publisher = await createPublisher(kafka);
    await Promise.all(
      Array.from({ length: 300 }, async (_, call) => publisher.publish(numbered(topic, 10, call * 10))),
    );
    await publisher.stop();
    const { values, stop } = await member(topic, randomUUID(), { partitionsConsumedConcurrently: 3 });
    await until(() => values.length >= 3000);
    await stop();
    assert.deepEqual(
      values.map(Number).sort((a, b) => a - b),
      Array.from({ length: 3000 }, (_, index) => index),
    );
  });

  test('a message that is too large rejects its own call only', async () => {
    const topic = await newTopic();
    const publisher = await createPublisher(kafka);
    const large = publisher.publish([
      { topic, key: 'a', value: Buffer.from('small') },
      { topic, key: 'a', value: Buffer.alloc(2_000_000) },
    ]);
    const fine = publisher.publish([{ topic, key: 'a', value: Buffer.from('fine') }]);
    await assert.rejects(large, (error) => {
      assert(error instanceof MessageTooLarge);
      assert.deepEqual(error.indexes, [1]);
      return true;
    });
    await fine;
    await publisher.publish(Array.from({ length: 8 }, () => ({ topic, key: 'a', value: Buffer.alloc(500_000) })));
    await publisher.stop();
    const { values, stop } = await member(topic, randomUUID());
    await until(() => values.length === 9);
    await stop();
    assert.equal(values[0], 'fine');
  });

  test('a call that a broker refuses does not take the others of its request with it', async () => {
    const small = await newTopic(1, { 'max.message.bytes': '2000' });
    const fine = await newTopic(1);
    const publisher = await createPublisher(kafka);
    const outgoing = (topic: string, bytes: number): Outgoing => ({ topic, key: 'k', value: Buffer.alloc(bytes) });
    const calls = await Promise.allSettled([
      publisher.publish([outgoing(small, 100)]),
      publisher.publish([outgoing(small, 5000)]),
      publisher.publish([outgoing('test-no-such-topic', 1)]),
      publisher.publish([outgoing(fine, 5000)]),
      publisher.publish([outgoing(small, 200)]),
    ]);
    assert.deepEqual(
      calls.map((call) => (call.status === 'rejected' ? (call.reason as Error).name : 'acknowledged')),
      ['acknowledged', 'MessageTooLarge', 'KafkaUnavailable', 'acknowledged', 'acknowledged'],
    );
    assert.equal(publisher.isAvailable(), true);
    await publisher.stop();
    await assert.rejects(publisher.publish([outgoing(fine, 1)]), KafkaUnavailable);
    const { records, stop } = await member(small, randomUUID());
    await until(() => records.length === 2);
    await stop();
    assert.deepEqual(
      records.map(({ value }) => value?.length).toSorted((one = 0, other = 0) => one - other),
      [100, 200],
    );
  });

  test('a committed offset that the log no longer holds is counted, and reading goes on', async () => {
    const topic = await newTopic(1);
    const groupId = randomUUID();
    const metrics = createMetrics('test');
    await publish(numbered(topic, 2));
    const first = await member(topic, groupId, { metrics });
    await until(() => first.values.length === 2);
    await first.stop();
    await publish(numbered(topic, 5, 2));
    const admin = kafka.client({ retries: 3, initialRetryMs: 100, maxRetryMs: 1000, requestTimeoutMs: 10_000 }).admin();
    await admin.connect();
    // Makes kafkajs learn of the topic, without which it cannot delete from it.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] });
    await admin.disconnect();
    const second = await member(topic, groupId, { metrics });
    await until(() => second.values.length >= 2);
    await second.stop();
    assert.deepEqual(second.values, ['5', '6']);
    const line = /trunkline_kafka_records_lost_possible_total\{[^}]*\} (\d+)/.exec(await metrics.registry.metrics());
    assert.equal(line?.[1], '1');
  });

  test('a committed batch does not come again; one that failed does', async () => {
    const topic = await newTopic(1);
    const groupId = randomUUID();
    await publish(numbered(topic, 5));
    let failures = 2;
    const first = await member(topic, groupId, {
      handle: async () => {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
      },
    });
    await until(() => first.values.length === 5);
    await first.stop();
    await publish(numbered(topic, 3, 5));
    const second = await member(topic, groupId);
    await until(() => second.values.length >= 3);
    await second.stop();
    assert.deepEqual(second.values, ['5', '6', '7']);
    assert.equal(failures, -1);
  });

  test('a batch that is abandoned at the stop comes to the next member', async () => {
    const topic = await newTopic(1);
    const groupId = randomUUID();
    await publish(numbered(topic, 4));
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const first = await member(topic, groupId, {
      handle: async (_batch, fence) => {
        enter();
        await new Promise((_resolve, reject) => {
          fence.signal.addEventListener('abort', () => reject(fence.signal.reason as Error));
        });
      },
    });
    await entered;
    await first.stop();
    assert.deepEqual(first.values, []);
    const second = await member(topic, groupId);
    await until(() => second.values.length === 4);
    await second.stop();
  });

  test('a second member takes over partitions; the first’s fence falls and it commits nothing for them', async () => {
    const topic = await newTopic(2);
    const groupId = randomUUID();
    const assignments: number[][] = [];
    let revoked = 0;
    let stale = 0;
    const handle: BatchOptions['handle'] = async (_batch, fence) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (!fence.isCurrent()) stale += 1;
    };
    const first = await member(topic, groupId, {
      handle,
      onAssigned: async (partitions) => {
        assignments.push(partitions.map(({ partition }) => partition));
      },
      onRevoked: () => {
        revoked += 1;
      },
    });
    await publish(numbered(topic, 50));
    await until(() => first.values.length >= 50);
    assert.equal(first.isHealthy(), true);
    const second = await member(topic, groupId, { handle });
    await until(() => assignments.length >= 2);
    await publish(numbered(topic, 50, 50));
    await until(() => new Set([...first.values, ...second.values]).size === 100);
    await second.stop();
    await publish(numbered(topic, 20, 100));
    await until(() => new Set([...first.values, ...second.values]).size === 120);
    await first.stop();
    assert.deepEqual(assignments[0], [0, 1]);
    assert.equal(assignments[1]?.length, 1);
    assert.deepEqual(assignments.at(-1), [0, 1]);
    assert(revoked >= 2, `revoked ${revoked} times`);
    assert.equal(stale, 0);
    assert(second.values.length > 0);
  });

  test('batches wait until the assignment is prepared', async () => {
    const topic = await newTopic(1);
    await publish(numbered(topic, 2));
    const order: string[] = [];
    let attempts = 0;
    const { values, stop } = await member(topic, randomUUID(), {
      onAssigned: async () => {
        attempts += 1;
        if (attempts === 1) throw new Error('the store is away');
        order.push('prepared');
      },
      handle: async () => {
        order.push('handled');
      },
    });
    await until(() => values.length === 2);
    await stop();
    assert.deepEqual(order.slice(0, 2), ['prepared', 'handled']);
  });

  suite('log view', () => {
    type Sum = { readonly total: number; readonly seen: number };
    const openView = (topic: string): LogView<Sum> =>
      createLogView<Sum, number>({
        kafka,
        topic,
        initial: () => ({ total: 0, seen: 0 }),
        decode: ({ value }) => (/^\d+$/.test(String(value)) ? Number(value) : { undecodable: 'not a number' }),
        apply: (state, event) =>
          state.total + event > 100 ? { refused: 'above 100' } : { total: state.total + event, seen: state.seen + 1 },
      });

    test('followers agree, and a proposer is told what became of its proposal', async () => {
      const topic = await newTopic(1);
      await publish([{ topic, key: 'k', value: Buffer.from('10') }]);
      const views = [openView(topic), openView(topic)] as const;
      await Promise.all(views.map((view) => view.caughtUp));
      for (const view of views) assert.deepEqual(view.state(), { total: 10, seen: 1 });

      const propose = async (view: LogView<Sum>, text: string) =>
        view.propose('k', Buffer.from(text), randomUUID(), 10_000);
      assert.deepEqual(await propose(views[0], '60'), { accepted: true });
      assert.deepEqual(await propose(views[1], '40'), { accepted: false, reason: 'above 100' });
      assert.deepEqual(await propose(views[1], 'x'), { accepted: false, reason: 'not a number' });
      // Of two that only fit one at a time, exactly one is accepted, whoever asks first.
      const race = await Promise.all(views.map(async (view) => propose(view, '20')));
      assert.deepEqual(race.map(({ accepted }) => String(accepted)).toSorted(), ['false', 'true']);
      await until(() => views.every((view) => view.state().total === 90));

      const late = openView(topic);
      assert.equal(late.known(), null);
      await late.caughtUp;
      assert.deepEqual(late.known(), late.state());
      assert.deepEqual(late.state(), views[0].state());
      assert.equal(late.isHealthy(), true);
      await Promise.all([...views, late].map((view) => view.stop()));
    });

    test('an empty log is caught up at once', async () => {
      const view = openView(await newTopic(1));
      await view.caughtUp;
      assert.deepEqual(view.state(), { total: 0, seen: 0 });
      await view.stop();
    });
  });
});

test('without brokers publishing fails fast and says so', { timeout: 30_000 }, async () => {
  const publisher = await createPublisher(connect(['127.0.0.1:9']), { timeoutMs: 500 });
  assert.equal(publisher.isAvailable(), false);
  await assert.rejects(publisher.publish(numbered('t', 1)), KafkaUnavailable);
  await publisher.stop();
});
