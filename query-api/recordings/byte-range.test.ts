import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ByteRange, byteRange } from './byte-range.ts';

const table: readonly [string | undefined, number, ByteRange][] = [
  [undefined, 100, 'whole'],
  ['bytes=0-', 100, { first: 0, last: 99 }],
  ['bytes=0-0', 100, { first: 0, last: 0 }],
  ['bytes=10-19', 100, { first: 10, last: 19 }],
  ['bytes=90-200', 100, { first: 90, last: 99 }],
  ['bytes=-10', 100, { first: 90, last: 99 }],
  ['bytes=-200', 100, { first: 0, last: 99 }],
  ['bytes=-0', 100, 'unsatisfiable'],
  ['bytes=100-', 100, 'unsatisfiable'],
  ['bytes=0-', 0, 'unsatisfiable'],
  ['bytes=-5', 0, 'unsatisfiable'],
  ['bytes=20-10', 100, 'whole'],
  ['bytes=0-1,5-6', 100, 'whole'],
  ['bytes=-', 100, 'whole'],
  ['items=0-1', 100, 'whole'],
  ['bytes=a-b', 100, 'whole'],
];

for (const [header, size, range] of table) {
  test(`${header} of ${size} bytes`, () => {
    assert.deepEqual(byteRange(header, size), range);
  });
}

test('a range lies within the bytes, whatever the header', () => {
  const numbers = fc.oneof(fc.constant(''), fc.nat().map(String), fc.string());
  const headers = fc.oneof(
    fc.string(),
    fc.tuple(numbers, numbers).map(([from, to]) => `bytes=${from}-${to}`),
  );
  fc.assert(
    fc.property(headers, fc.nat(), (header, size) => {
      const range = byteRange(header, size);
      if (typeof range === 'string') return;
      assert.ok(range.first >= 0 && range.first <= range.last && range.last < size);
    }),
  );
});
