import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBacklog } from './backlog.ts';
import type { Gap } from '../position.ts';

const second = 1_000_000;

/** Reads events that are made every `everyUs` and read at `readAt(index)`; gives the gaps that are told. */
const run = (count: number, everyUs: number, readAt: (index: number, madeAtUs: number) => number): Gap[] => {
  const backlog = createBacklog();
  const gaps: Gap[] = [];
  for (let index = 0; index < count; index++) {
    const madeAtUs = index * everyUs;
    const gap = backlog.read({ seq: index + 1, atUs: madeAtUs }, madeAtUs, readAt(index, madeAtUs));
    if (gap !== null) gaps.push(gap);
  }
  return gaps;
};

test('a source that keeps up misses nothing, at any rate', () => {
  assert.deepEqual(
    run(300_000, 50, (_, madeAtUs) => madeAtUs + 20_000),
    [],
  );
});

test('one that stood still for less than the queue holds misses nothing', () => {
  // 10,000 events a second, 8 s of silence: 80,000 waited.
  const stoodStill = (_: number, madeAtUs: number): number =>
    madeAtUs < second ? madeAtUs : Math.max(madeAtUs, 9 * second);
  assert.deepEqual(run(200_000, 100, stoodStill), []);
});

test('one that stood still for longer is told when the queue was full', () => {
  // 10,000 a second from 1 s on unread until 13 s: full after 10 s of that.
  const stoodStill = (_: number, madeAtUs: number): number =>
    madeAtUs < second ? madeAtUs : Math.max(madeAtUs, 13 * second);
  const [gap, ...more] = run(200_000, 100, stoodStill);
  assert.deepEqual(more, []);
  assert.equal(gap?.reason, 'switch_queue_full');
  // From the ninety-thousandth that waited to the first that was read in time, told to a quarter of a second.
  assert.ok(gap.fromSeq >= 95_000 && gap.fromSeq <= 105_000, String(gap.fromSeq));
  assert.ok(gap.toSeq >= 130_000 && gap.toSeq <= 133_000, String(gap.toSeq));
});

test('one event that was sent long after it was made says nothing', () => {
  const backlog = createBacklog();
  for (let index = 0; index < 150_000; index++) {
    const nowUs = index * 100;
    const madeAtUs = index === 120_000 ? 0 : nowUs;
    assert.equal(backlog.read({ seq: index, atUs: madeAtUs }, madeAtUs, nowUs), null);
  }
});
