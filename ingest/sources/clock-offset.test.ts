import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClockOffset } from './clock-offset.ts';

const minuteUs = 60_000_000;

test('the event that came the soonest tells the offset', () => {
  const clock = createClockOffset();
  assert.equal(clock.us(), 0);
  // A clock that is 5 s ahead; ways of 300, 20 and 4000 ms.
  for (const [at, delay] of [
    [0, 300_000],
    [1, 20_000],
    [2, 4_000_000],
  ] as const)
    clock.note(at * minuteUs + 5_000_000, at * minuteUs + delay);
  assert.equal(clock.us(), 4_980_000);
});

test('a clock that was set back is believed after an hour', () => {
  const clock = createClockOffset();
  for (let at = 0; at < 100; at++) clock.note((at < 10 ? 5_000_000 : 0) + at * minuteUs, at * minuteUs);
  assert.equal(clock.us(), 0);
});
