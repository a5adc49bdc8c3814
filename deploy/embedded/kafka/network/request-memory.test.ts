import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestMemory } from './request-memory.ts';

test('what fits is granted at once, the rest in turn as memory is given back', () => {
  const memory = new RequestMemory(100);
  const granted: string[] = [];
  const reserve = (name: string, bytes: number): (() => void) => memory.reserve(bytes, () => granted.push(name));
  const releaseFirst = reserve('first', 60);
  const releaseLarge = reserve('large', 50);
  reserve('small', 10); // would fit, but must not pass the one that waits
  assert.deepEqual(granted, ['first']);
  releaseFirst();
  assert.deepEqual(granted, ['first', 'large', 'small']);
  releaseFirst(); // again: gives nothing back
  reserve('next', 50);
  assert.equal(granted.length, 3);
  releaseLarge();
  assert.deepEqual(granted.at(-1), 'next');
});

test('a request that is given up while it waits lets the others pass', () => {
  const memory = new RequestMemory(10);
  const granted: string[] = [];
  memory.reserve(8, () => granted.push('held'));
  const giveUp = memory.reserve(8, () => granted.push('gone'));
  memory.reserve(2, () => granted.push('small'));
  giveUp();
  assert.deepEqual(granted, ['held', 'small']);
});
