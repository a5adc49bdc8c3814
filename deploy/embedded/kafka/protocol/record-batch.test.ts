import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildBatch } from '../testing/build-batch.ts';
import { crc32c } from './crc32c.ts';
import { ErrorCode } from './error-codes.ts';
import { assignBaseOffset, findBatchProblem, findByTimestamp, isIntact, readBatchHeader } from './record-batch.ts';

const LIMITS = { maxMessageBytes: 10_000, latestTimestamp: 2_000_000 };

/** The batch after `change`, with a checksum that fits again. */
function resigned(batch: Buffer, change: (batch: Buffer) => void): Buffer {
  change(batch);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
  return batch;
}

const good = (): Buffer => buildBatch({ values: ['one', 'two', 'three'] });

test('a good batch is taken, and its place does not touch its checksum', () => {
  const batch = good();
  assert.equal(findBatchProblem(batch, LIMITS), null);
  assignBaseOffset(batch, 2 ** 40 + 7);
  assert.equal(findBatchProblem(batch, LIMITS), null);
  const header = readBatchHeader(batch);
  assert.deepEqual(
    [header.baseOffset, header.recordCount, header.baseTimestamp, header.maxTimestamp, header.producer],
    [2 ** 40 + 7, 3, 1_000, 1_002, null],
  );
});

const REFUSED: [string, Buffer, ErrorCode][] = [
  ['nothing', Buffer.alloc(0), ErrorCode.CORRUPT_MESSAGE],
  ['an old format', resigned(good(), (b) => b.writeInt8(1, 16)), ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT],
  ['a cut batch', good().subarray(0, -1), ErrorCode.CORRUPT_MESSAGE],
  ['two batches', Buffer.concat([good(), good()]), ErrorCode.INVALID_RECORD],
  ['a negative length', resigned(good(), (b) => b.writeInt32BE(-5, 8)), ErrorCode.INVALID_RECORD],
  ['a large batch', buildBatch({ values: ['x'.repeat(10_000)] }), ErrorCode.MESSAGE_TOO_LARGE],
  ['the far future', buildBatch({ values: ['x'], timestamp: 3e6 }), ErrorCode.INVALID_TIMESTAMP],
  ['a transaction', buildBatch({ values: ['x'], attributes: 0x10 }), ErrorCode.INVALID_RECORD],
  ['an unknown codec', buildBatch({ values: ['x'], attributes: 5 }), ErrorCode.INVALID_RECORD],
  ['no records', resigned(good(), (b) => b.writeInt32BE(0, 57)), ErrorCode.INVALID_RECORD],
  ['a false last offset', resigned(good(), (b) => b.writeInt32BE(7, 23)), ErrorCode.INVALID_RECORD],
  ['a record too long', resigned(good(), (b) => b.writeInt8(100, 61)), ErrorCode.INVALID_RECORD],
  ['a record too short', resigned(good(), (b) => b.writeInt8(2, 61)), ErrorCode.INVALID_RECORD],
];

for (const [name, batch, errorCode] of REFUSED) {
  test(`${name} is refused`, () => assert.equal(findBatchProblem(batch, LIMITS)?.errorCode, errorCode));
}

test('no flipped bit goes unnoticed, from the checksum on', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(7), (at, bit) => {
      const batch = good();
      const position = 16 + (at % (batch.length - 16));
      batch.writeUInt8((batch[position] as number) ^ (1 << bit), position);
      assert.equal(isIntact(batch, 0, batch.length), false);
    }),
  );
});

test('random bytes are refused, never thrown on', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.ok(findBatchProblem(Buffer.from(bytes), LIMITS) !== null)));
});

test('a record is found by its time; a compressed batch answers with its first', () => {
  const batch = buildBatch({ values: ['a', 'b', 'c'], timestamp: 500, baseOffset: 10 });
  assert.deepEqual(findByTimestamp(batch, 0), { offset: 10, timestamp: 500 });
  assert.deepEqual(findByTimestamp(batch, 502), { offset: 12, timestamp: 502 });
  const compressed = buildBatch({ values: ['a', 'b', 'c'], timestamp: 500, baseOffset: 10, attributes: 1 });
  assert.deepEqual(findByTimestamp(compressed, 502), { offset: 10, timestamp: 500 });
});
