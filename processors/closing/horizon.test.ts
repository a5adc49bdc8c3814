import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupProgress } from '../../runtime/kafka.ts';
import { reachHorizon } from './horizon.ts';

const never = new AbortController().signal;

/** A group that commits one step of its list at each look. */
const group = (ends: readonly bigint[], ...committed: readonly (readonly bigint[])[]): GroupProgress => {
  let look = 0;
  const offsets = (list: readonly bigint[]) => new Map(list.map((offset, partition) => [partition, offset] as const));
  return {
    ends: async () => offsets(ends),
    committed: async () => offsets(committed[Math.min(look++, committed.length - 1)] ?? []),
    stop: async () => undefined,
  };
};

test('reached when every group has committed what its topic held when it was asked', async () => {
  const slow = group([5n, 3n], [5n], [5n, 2n], [5n, 3n]);
  assert.equal(await reachHorizon([slow, group([], [])], 10_000, never), true);
});

test('not reached while a partition is behind, or was never committed', async () => {
  assert.equal(await reachHorizon([group([5n], [4n])], 0, never), false);
  assert.equal(await reachHorizon([group([5n], [])], 0, never), false);
  assert.equal(await reachHorizon([group([5n], [5n]), group([1n], [])], 0, never), false);
});

test('what is published later is not waited for', async () => {
  assert.equal(await reachHorizon([group([5n], [7n])], 0, never), true);
});
