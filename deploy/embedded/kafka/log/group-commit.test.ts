import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupCommit } from './group-commit.ts';

/** A commit that shows its groups and ends each when told to. */
function controlled(maxGroupBytes = 1_000) {
  const groups: { items: string[]; end: PromiseWithResolvers<string[]> }[] = [];
  const commits = new GroupCommit<string, string>({
    commit: (items) => {
      const end = Promise.withResolvers<string[]>();
      groups.push({ items, end });
      return end.promise;
    },
    sizeOf: (item) => item.length,
    maxGroupBytes,
  });
  const finish = (number: number): void => {
    const group = groups[number];
    group?.end.resolve(group.items.map((item) => item.toUpperCase()));
  };
  return { commits, groups, finish };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what comes while a group is written goes together into the next', async () => {
  const { commits, groups, finish } = controlled();
  const first = commits.submit('a');
  await settle();
  const rest = [commits.submit('b'), commits.submit('c')];
  await settle();
  assert.deepEqual(
    groups.map(({ items }) => items),
    [['a']],
  );
  finish(0);
  assert.equal(await first, 'A');
  await settle();
  assert.deepEqual(
    groups.map(({ items }) => items),
    [['a'], ['b', 'c']],
  );
  finish(1);
  assert.deepEqual(await Promise.all(rest), ['B', 'C']);
});

test('a group stays under its limit, but takes one item of any size', async () => {
  const { commits, groups, finish } = controlled(3);
  const all = ['xxxxx', 'a', 'bb', 'c'].map((item) => commits.submit(item));
  for (let number = 0; number < 3; number += 1) {
    await settle();
    finish(number);
  }
  await Promise.all(all);
  assert.deepEqual(
    groups.map(({ items }) => items),
    [['xxxxx'], ['a', 'bb'], ['c']],
  );
});

test('a failed group fails its items and no others', async () => {
  const { commits, groups, finish } = controlled();
  const lost = commits.submit('a');
  await settle();
  const kept = commits.submit('b');
  groups[0]?.end.reject(new Error('disk'));
  await assert.rejects(lost, /disk/);
  await settle();
  finish(1);
  assert.equal(await kept, 'B');
});

test('an exclusive task runs between two groups, even when submissions never stop', async () => {
  const { commits, groups, finish } = controlled();
  const first = commits.submit('a');
  await settle();
  const order: string[] = [];
  const task = commits.exclusively(async () => order.push(`after ${groups.length}`));
  const second = commits.submit('b');
  finish(0);
  await Promise.all([first, task]);
  assert.deepEqual(order, ['after 1']);
  await settle();
  finish(1);
  assert.equal(await second, 'B');
});
