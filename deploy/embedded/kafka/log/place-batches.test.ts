import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '../protocol/error-codes.ts';
import { readBatchHeader } from '../protocol/record-batch.ts';
import { buildBatch } from '../testing/build-batch.ts';
import { type Incoming, placeBatches } from './place-batches.ts';
import { ProducerSequences } from './producer-sequences.ts';

const LAST = 2 ** 31 - 1;

function from(id: number, epoch: number, firstSequence: number, count = 2): Incoming {
  const values = Array.from({ length: count }, () => 'x');
  const bytes = buildBatch({ values, producer: { id, epoch, firstSequence } });
  return { bytes, header: readBatchHeader(bytes) };
}

function plain(count: number): Incoming {
  const bytes = buildBatch({ values: Array.from({ length: count }, () => 'x') });
  return { bytes, header: readBatchHeader(bytes) };
}

/** Runs the groups one after the other and gives each batch's answer: its offset, or the error's name. */
function answers(groups: Incoming[][]): (number | string)[] {
  const producers = new ProducerSequences();
  let nextOffset = 100;
  return groups.flatMap((batches) => {
    const placed = placeBatches(batches, nextOffset, producers);
    for (const state of placed.producers.values()) producers.put(state);
    nextOffset = placed.nextOffset;
    return placed.answers.map(({ errorCode, baseOffset }) => {
      const name = Object.entries(ErrorCode).find(([, code]) => code === errorCode)?.[0] ?? '';
      return errorCode === ErrorCode.NONE ? baseOffset : name;
    });
  });
}

const CASES: { name: string; groups: Incoming[][]; expected: (number | string)[] }[] = [
  { name: 'plain batches follow each other', groups: [[plain(3), plain(1)], [plain(2)]], expected: [100, 103, 104] },
  { name: 'a producer goes on', groups: [[from(1, 0, 0), from(1, 0, 2)], [from(1, 0, 4)]], expected: [100, 102, 104] },
  {
    name: 'a repeat in a later group',
    groups: [[from(1, 0, 0)], [from(1, 0, 0), plain(1)]],
    expected: [100, 100, 102],
  },
  { name: 'a repeat in the same group', groups: [[from(1, 0, 0), from(1, 0, 0), plain(1)]], expected: [100, 100, 102] },
  {
    name: 'the oldest of five batches is still recognised, the sixth is not',
    groups: [[0, 2, 4, 6, 8, 10].map((sequence) => from(1, 0, sequence)), [from(1, 0, 2), from(1, 0, 0)]],
    expected: [100, 102, 104, 106, 108, 110, 102, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
  },
  {
    name: 'a gap, and an overlap of another length',
    groups: [[from(1, 0, 0), from(1, 0, 3), from(1, 0, 0, 3), from(1, 0, 2)]],
    expected: [100, 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 102],
  },
  {
    name: 'an old epoch is fenced, a new one starts at 0',
    groups: [[from(1, 1, 0), from(1, 0, 2), from(1, 2, 5), from(1, 2, 0), from(1, 1, 2)]],
    expected: [100, 'INVALID_PRODUCER_EPOCH', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 102, 'INVALID_PRODUCER_EPOCH'],
  },
  { name: 'an unknown producer may be anywhere', groups: [[from(1, 3, 77), from(1, 3, 79)]], expected: [100, 102] },
  {
    name: 'producers do not mix',
    groups: [
      [from(1, 0, 0), from(2, 0, 0)],
      [from(2, 0, 2), from(1, 0, 2)],
    ],
    expected: [100, 102, 104, 106],
  },
  {
    name: 'sequences wrap round to 0',
    groups: [[from(1, 0, LAST - 1), from(1, 0, 0), from(1, 0, 2)], [from(1, 0, LAST - 1)]],
    expected: [100, 102, 104, 100],
  },
  {
    name: 'a batch across the wrap',
    groups: [[from(1, 0, LAST), from(1, 0, 1)], [from(1, 0, LAST)]],
    expected: [100, 102, 100],
  },
];

for (const { name, groups, expected } of CASES) {
  test(name, () => assert.deepEqual(answers(groups), expected));
}

test('of very many producers those silent for longest are forgotten', () => {
  const producers = new ProducerSequences();
  for (let id = 0; id <= 10_000; id += 1) producers.put({ id, epoch: 0, batches: [] });
  assert.equal(producers.snapshot().length, 10_000);
  assert.equal(producers.get(0), undefined);
  assert.ok(producers.get(10_000));
});
