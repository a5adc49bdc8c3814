import assert from 'node:assert/strict';
import { test } from 'node:test';
import { follow } from './kafka-follow.ts';
import type { PartitionRead, PartitionReader } from './kafka-partition-reader.ts';
import type { LogRecord } from './kafka-records.ts';

const record = (offset: number): LogRecord => ({
  offset: String(offset),
  key: null,
  value: null,
  timestampMs: 0,
  headers: {},
});
const records = (...offsets: number[]): PartitionRead => ({
  kind: 'records',
  records: offsets.map(record),
  next: BigInt((offsets.at(-1) ?? -1) + 1),
});

/** Follows a log whose reads give the answers in turn, and stops at the last. Tells what happened. */
async function scene(start: bigint, end: bigint, answers: readonly (PartitionRead | Error)[]): Promise<string[]> {
  const told: string[] = [];
  const stopping = new AbortController();
  const left = [...answers];
  const reader: PartitionReader = {
    startOffset: async () => start,
    endOffset: async () => end,
    read: async (offset) => {
      const answer = left.shift();
      if (left.length === 0) stopping.abort();
      told.push(`read ${offset}`);
      if (answer instanceof Error) throw answer;
      return answer ?? assert.fail('read after the end');
    },
    stop: async () => {
      told.push('stopped');
    },
  };
  await follow(reader, {
    signal: stopping.signal,
    meet: ({ offset }) => told.push(`meet ${offset}`),
    onRead: (caughtUp) => told.push(caughtUp ? 'caught up' : 'behind'),
    onRestart: () => told.push('restart'),
    onError: (error, failures) => told.push(`${failures}: ${String(error)}`),
  });
  return told;
}

test('is caught up when it has met what was there at the start', async () => {
  assert.deepEqual(await scene(3n, 6n, [records(3, 4), records(5, 6), records(7)]), [
    'read 3',
    'meet 3',
    'meet 4',
    'behind',
    'read 5',
    'meet 5',
    'meet 6',
    'caught up',
    'read 7',
    'stopped',
  ]);
});

test('an empty log is caught up before the first read', async () => {
  assert.deepEqual(await scene(0n, 0n, [records()]), ['caught up', 'read 0', 'stopped']);
});

test('a failed read is told and tried again at the same place', async () => {
  assert.deepEqual(
    await scene(0n, 2n, [records(0), new Error('away'), new Error('away'), records(1), new Error('again'), records()]),
    [
      'read 0',
      'meet 0',
      'behind',
      'read 1',
      '1: Error: away',
      'read 1',
      '2: Error: away',
      'read 1',
      'meet 1',
      'caught up',
      'read 2',
      '1: Error: again',
      'read 2',
      'stopped',
    ],
  );
});

test('a place that the log no longer holds begins everything anew', async () => {
  assert.deepEqual(await scene(4n, 6n, [records(4, 5), { kind: 'out-of-range' }, records(4, 5), records()]), [
    'read 4',
    'meet 4',
    'meet 5',
    'caught up',
    'read 6',
    'restart',
    'read 4',
    'meet 4',
    'meet 5',
    'caught up',
    'read 6',
    'stopped',
  ]);
});
