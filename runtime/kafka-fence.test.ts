import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGenerations } from './kafka-fence.ts';

const zero = { topic: 't', partition: 0 };
const one = { topic: 't', partition: 1 };

test('a fence stands from the assignment to its end and never again', () => {
  const generations = createGenerations();
  assert.equal(generations.fenceOf(zero).isCurrent(), false);
  generations.begin([zero]);
  const fence = generations.fenceOf(zero);
  assert.equal(fence.isCurrent(), true);
  assert.equal(generations.end('rebalancing'), true);
  assert.equal(fence.isCurrent(), false);
  assert.match(String(fence.signal.reason), /rebalancing/);
  generations.begin([zero]);
  assert.equal(fence.isCurrent(), false);
  assert.equal(generations.fenceOf(zero).isCurrent(), true);
});

test('a new assignment ends the one before it', () => {
  const generations = createGenerations();
  const first = generations.begin([zero]);
  generations.begin([zero]);
  assert.equal(first.isCurrent(), false);
});

test('a partition that is not assigned has a fallen fence', () => {
  const generations = createGenerations();
  generations.begin([zero]);
  assert.equal(generations.fenceOf(one).isCurrent(), false);
  assert.equal(generations.fenceOf(one).signal.aborted, true);
  assert.equal(generations.fenceOf(zero).isCurrent(), true);
});

test('ending tells whether anything stood', () => {
  const generations = createGenerations();
  assert.equal(generations.end('early'), false);
  generations.begin([zero]);
  assert.equal(generations.end('first sign'), true);
  assert.equal(generations.end('second sign'), false);
});
