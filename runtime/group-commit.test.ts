import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createGroupCommit } from './group-commit.ts';

test('what comes while work runs is done in the next cycle, in order', async () => {
  const cycles: number[][] = [];
  const release: (() => void)[] = [];
  const commit = createGroupCommit<number, number>(
    async (items) => {
      cycles.push(items);
      await new Promise<void>((resolve) => release.push(resolve));
      return items.map((item) => item * 10);
    },
    { maxItems: 3 },
  );
  const first = [commit.submit(1), commit.submit(2)];
  await Promise.resolve();
  await Promise.resolve();
  const rest = [3, 4, 5, 6].map((item) => commit.submit(item));
  release.shift()?.();
  assert.deepEqual(await Promise.all(first), [10, 20]);
  await Promise.resolve();
  release.shift()?.();
  assert.deepEqual(await Promise.all(rest.slice(0, 3)), [30, 40, 50]);
  await Promise.resolve();
  release.shift()?.();
  assert.equal(await rest[3], 60);
  assert.deepEqual(cycles, [[1, 2], [3, 4, 5], [6]]);
});

test('a failure rejects its own cycle only', async () => {
  const commit = createGroupCommit<string>(
    async (items) => {
      await Promise.resolve();
      if (items.includes('bad')) throw new Error('no');
    },
    { maxItems: 1 },
  );
  const results = await Promise.allSettled(['a', 'bad', 'b'].map((item) => commit.submit(item)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  await commit.submit('after');
});

test('a synchronous throw and a wrong number of results reject the cycle too', async () => {
  const throwing = createGroupCommit<number>(
    () => {
      throw new Error('at once');
    },
    { maxItems: 9 },
  );
  await assert.rejects(throwing.submit(1), { message: 'at once' });
  const short = createGroupCommit<number, number>(async () => [], { maxItems: 9 });
  await assert.rejects(short.submit(1), { message: 'work gave 0 results for 1 items' });
});

test('whatever the timing, every item is worked on once and gets its own answer', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ gap: fc.nat(3), fails: fc.boolean() }), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      async (submissions, maxItems) => {
        const worked: number[] = [];
        const commit = createGroupCommit<{ id: number; fails: boolean }, number>(
          async (items) => {
            assert(items.length <= maxItems);
            worked.push(...items.map(({ id }) => id));
            await Promise.resolve();
            if (items.some(({ fails }) => fails)) throw new Error('cycle failed');
            return items.map(({ id }) => id);
          },
          { maxItems },
        );
        const answers: Promise<number | 'failed'>[] = [];
        for (const [id, { gap, fails }] of submissions.entries()) {
          for (let turn = 0; turn < gap; turn += 1) await Promise.resolve();
          answers.push(commit.submit({ id, fails }).catch(() => 'failed' as const));
        }
        for (const [id, answer] of (await Promise.all(answers)).entries()) {
          assert(answer === id || answer === 'failed');
          if (submissions[id]?.fails === true) assert.equal(answer, 'failed');
        }
        assert.deepEqual(worked, [...submissions.keys()]);
      },
    ),
    { numRuns: 200 },
  );
});
