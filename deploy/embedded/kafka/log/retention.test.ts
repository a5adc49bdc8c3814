import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiredSegments } from './retention.ts';

const NOW = 1_000_000;
const EMPTY = Number.NEGATIVE_INFINITY;

/** Segments as [size, age of the newest record]; the last is the active one. */
const CASES: {
  name: string;
  segments: [size: number, age: number][];
  retentionMs?: number;
  retentionBytes?: number;
  expired: number;
}[] = [
  {
    name: 'nothing is bounded',
    segments: [
      [10, 9_000],
      [10, 0],
    ],
    expired: 0,
  },
  {
    name: 'old segments go',
    segments: [
      [10, 900],
      [10, 501],
      [10, 500],
      [10, 0],
    ],
    retentionMs: 500,
    expired: 2,
  },
  {
    name: 'only leading ones go',
    segments: [
      [10, 900],
      [10, 100],
      [10, 900],
      [10, 0],
    ],
    retentionMs: 500,
    expired: 1,
  },
  {
    name: 'the active one goes too when it is old',
    segments: [
      [10, 900],
      [10, 600],
    ],
    retentionMs: 500,
    expired: 2,
  },
  {
    name: 'an empty active one stays',
    segments: [
      [10, 900],
      [0, EMPTY],
    ],
    retentionMs: 500,
    expired: 1,
  },
  {
    name: 'records without a time never get old',
    segments: [
      [10, NOW + 1],
      [10, 0],
    ],
    retentionMs: 500,
    expired: 0,
  },
  {
    name: 'what is left holds the bytes',
    segments: [
      [40, 0],
      [40, 0],
      [40, 0],
    ],
    retentionBytes: 80,
    expired: 1,
  },
  {
    name: 'never less than the bytes',
    segments: [
      [40, 0],
      [40, 0],
      [40, 0],
    ],
    retentionBytes: 81,
    expired: 0,
  },
  {
    name: 'the active one never goes by size',
    segments: [
      [40, 0],
      [40, 0],
    ],
    retentionBytes: 0,
    expired: 1,
  },
  {
    name: 'by size, then by age',
    segments: [
      [40, 0],
      [40, 900],
      [40, 0],
    ],
    retentionMs: 500,
    retentionBytes: 80,
    expired: 2,
  },
];

for (const { name, segments, retentionMs = -1, retentionBytes = -1, expired } of CASES) {
  test(name, () => {
    const all = segments.map(([size, age]) => ({ size, maxTimestamp: age === EMPTY ? EMPTY : NOW - age }));
    const found = expiredSegments(all, { retentionMs, retentionBytes }, NOW);
    assert.deepEqual(found, all.slice(0, expired));
  });
}
