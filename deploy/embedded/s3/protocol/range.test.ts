import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRange } from './range.ts';

for (const [header, size, expected] of [
  [undefined, 10, undefined],
  ['bytes=0-4', 10, { start: 0, end: 5 }],
  ['bytes=0-0', 10, { start: 0, end: 1 }],
  ['bytes=9-', 10, { start: 9, end: 10 }],
  ['bytes=5-100', 10, { start: 5, end: 10 }],
  ['bytes=-3', 10, { start: 7, end: 10 }],
  ['bytes=-30', 10, { start: 0, end: 10 }],
  ['bytes=10-', 10, 'refused'],
  ['bytes=0-', 0, 'refused'],
  ['bytes=-0', 10, 'refused'],
  ['bytes=4-2', 10, undefined],
  ['bytes=0-1,3-4', 10, undefined],
  ['bytes=-', 10, undefined],
  ['items=0-4', 10, undefined],
] as const) {
  test(`${header} of ${size} bytes`, () => {
    if (expected === 'refused') assert.throws(() => parseRange(header, size), { code: 'InvalidRange' });
    else assert.deepEqual(parseRange(header, size), expected);
  });
}
