import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartDelayMs } from './back-off.ts';

test('the wait doubles from 0.2 s to 10 s', () => {
  const waits: number[] = [];
  for (let wait: number | null = null; waits.length < 8; ) waits.push((wait = restartDelayMs(wait, 100)));
  assert.deepEqual(waits, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
});

test('a stable minute is forgiven', () => {
  assert.equal(restartDelayMs(10_000, 60_000), 200);
  assert.equal(restartDelayMs(10_000, 59_999), 10_000);
});
