import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KafkaMessage } from 'kafkajs';
import { createBatchMeters } from './kafka-batch-meters.ts';
import { handleAndCommit, type RecordBatch } from './kafka-batch-work.ts';
import { createGenerations, type Fence } from './kafka-fence.ts';
import { createLagTracker } from './kafka-lag.ts';
import { createLogger } from './logger.ts';
import { createMetrics } from './metrics.ts';

const at = { topic: 't', partition: 0 };
const message = (offset: string): KafkaMessage => ({
  offset,
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  timestamp: '1700000000000',
  attributes: 0,
  headers: {},
});

function scene(offsets: readonly string[], lastOffset = offsets.at(-1) ?? '0', commitEvery?: number) {
  const generations = createGenerations();
  generations.begin([at]);
  const metrics = createMetrics('test');
  const meters = createBatchMeters(metrics, 'g');
  const lag = createLagTracker(meters.lag, 'g');
  lag.assign([at]);
  const done: string[] = [];
  let commitFailures: Error[] = [];
  const run = async (handle: (batch: RecordBatch, fence: Fence) => Promise<void>): Promise<void> =>
    handleAndCommit({
      handle,
      commitEvery,
      fence: generations.fenceOf(at),
      groupId: 'g',
      meters,
      lag,
      logger: createLogger('test', 'silent'),
      payload: {
        batch: {
          ...at,
          highWatermark: '100',
          messages: offsets.map(message),
          isEmpty: () => offsets.length === 0,
          firstOffset: () => offsets[0] ?? null,
          lastOffset: () => lastOffset,
          offsetLag: () => '0',
          offsetLagLow: () => '0',
        },
        commitOffsetsIfNecessary: async (given) => {
          const failure = commitFailures.shift();
          if (failure !== undefined) throw failure;
          done.push(`commit ${given?.topics[0]?.partitions[0]?.offset}`);
        },
        resolveOffset: (offset) => done.push(`resolve ${offset}`),
      },
    });
  return {
    generations,
    lag,
    done,
    run,
    failCommits: (errors: Error[]) => {
      commitFailures = errors;
    },
    text: async () => metrics.registry.metrics(),
  };
}

test('handles, then commits the offset after the last, then moves on', async () => {
  const { run, done, lag } = scene(['10', '11', '12']);
  await run(async (batch) => {
    assert.deepEqual(
      batch.messages.map(({ offset, timestampMs }) => [offset, timestampMs]),
      [
        ['10', 1_700_000_000_000],
        ['11', 1_700_000_000_000],
        ['12', 1_700_000_000_000],
      ],
    );
    assert.deepEqual(lag.read(), [{ ...at, records: 90 }]);
    done.push('handled');
  });
  assert.deepEqual(done, ['handled', 'commit 13', 'resolve 12']);
  assert.deepEqual(lag.read(), [{ ...at, records: 87 }]);
});

test('a control record after the last message is committed over', async () => {
  const { run, done } = scene(['10'], '11');
  await run(async () => undefined);
  assert.deepEqual(done, ['commit 12', 'resolve 10']);
});

test('a batch that fails is given again, never passed over', async () => {
  const { run, done, text } = scene(['10']);
  let tries = 0;
  await run(async () => {
    tries += 1;
    if (tries < 3) throw new Error('ClickHouse is away');
  });
  assert.equal(tries, 3);
  assert.deepEqual(done, ['commit 11', 'resolve 10']);
  assert.match(await text(), /trunkline_kafka_batch_retries_total\{group="g",topic="t",service="test"\} 2/);
});

test('nothing is committed for a batch whose assignment ended while it was handled', async () => {
  const { run, done, generations, text } = scene(['10']);
  await run(async (_batch, fence) => {
    generations.end('rebalancing');
    assert.equal(fence.isCurrent(), false);
    generations.begin([at]);
  });
  assert.deepEqual(done, []);
  assert.match(await text(), /trunkline_kafka_batches_fenced_total\{group="g",topic="t",service="test"\} 1/);
});

test('a failing batch is given up when its assignment ends', async () => {
  const { run, done, generations } = scene(['10']);
  const failing = run(async () => {
    generations.end('rebalancing');
    throw new Error('aborted');
  });
  await assert.rejects(failing, { message: 'rebalancing' });
  assert.deepEqual(done, []);
});

test('a commit is tried again after a passing failure, but not when the membership is over', async () => {
  const passing = scene(['10']);
  passing.failCommits([new Error('connection lost')]);
  await passing.run(async () => undefined);
  assert.deepEqual(passing.done, ['commit 11', 'resolve 10']);

  const over = scene(['10']);
  over.failCommits([Object.assign(new Error('rejoin'), { type: 'ILLEGAL_GENERATION' })]);
  await assert.rejects(
    over.run(async () => undefined),
    { message: 'rejoin' },
  );
  assert.deepEqual(over.done, []);
});

test('a batch of no messages, or of a partition that is gone, is left alone', async () => {
  const empty = scene([]);
  await empty.run(async () => assert.fail('handled'));
  const gone = scene(['10']);
  gone.generations.begin([{ topic: 't', partition: 1 }]);
  await gone.run(async () => assert.fail('handled'));
  assert.deepEqual([...empty.done, ...gone.done], []);
});

test('where only multiples are committed, a batch that reaches none moves on without a commit', async () => {
  for (const [offsets, done] of [
    [['3', '8'], ['resolve 8']],
    [
      ['3', '9'],
      ['commit 10', 'resolve 9'],
    ],
    [
      ['3', '19'],
      ['commit 20', 'resolve 19'],
    ],
    [
      ['19', '45'],
      ['commit 40', 'resolve 45'],
    ],
    [
      ['20', '29'],
      ['commit 30', 'resolve 29'],
    ],
  ] as const) {
    // A control record behind the last message holds nothing that was handled.
    const { run, done: seen } = scene(offsets, String(Number(offsets[1]) + 1), 10);
    await run(async () => undefined);
    assert.deepEqual(seen, done);
  }
});
