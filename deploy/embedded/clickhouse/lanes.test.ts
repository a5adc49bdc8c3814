import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLanes } from './lanes.ts';

const { signal } = new AbortController();

test('no more than the lanes run, the rest in the order they came', async () => {
  const lanes = openLanes(2, 10);
  const releases = [await lanes.enter(signal), await lanes.enter(signal)];
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (id) => {
    const release = await lanes.enter(signal);
    order.push(id);
    release();
  });
  await Promise.resolve();
  assert.deepEqual(order, []);
  releases[0]?.();
  await Promise.all(waiting);
  assert.deepEqual(order, [1, 2, 3]);
});

test('a full queue refuses with TOO_MANY_SIMULTANEOUS_QUERIES', async () => {
  const lanes = openLanes(1, 1);
  const release = await lanes.enter(signal);
  const second = lanes.enter(signal);
  await assert.rejects(lanes.enter(signal), { code: 202 });
  release();
  (await second)();
});

test('who leaves the queue takes no lane', async () => {
  const lanes = openLanes(1, 5);
  const release = await lanes.enter(signal);
  const leaving = new AbortController();
  const left = lanes.enter(leaving.signal);
  const stayed = lanes.enter(signal);
  leaving.abort();
  await assert.rejects(left, { code: 394 });
  release();
  (await stayed)();
  await assert.rejects(lanes.enter(leaving.signal), { code: 394 });
});

test('giving a lane back twice gives it back once', async () => {
  const lanes = openLanes(1, 0);
  const release = await lanes.enter(signal);
  release();
  release();
  await lanes.enter(signal);
  await assert.rejects(lanes.enter(signal), { code: 202 });
});
