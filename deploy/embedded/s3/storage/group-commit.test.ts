import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { createGroupCommit, type Commit } from './group-commit.ts';

function openNumbers(t: TestContext): {
  commit: Commit;
  flush: () => void;
  insert: (n: number) => void;
  all: () => number[];
} {
  const database = new DatabaseSync(':memory:');
  t.after(() => database.close());
  database.exec('CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT');
  const insert = database.prepare('INSERT INTO numbers VALUES (?)');
  const all = database.prepare('SELECT n FROM numbers ORDER BY n');
  return {
    ...createGroupCommit(database),
    insert: (n) => void insert.run(n),
    all: () => (all.all() as { n: number }[]).map(({ n }) => n),
  };
}

test('changes of one turn are committed together, each with its own result', async (t) => {
  const { commit, insert, all } = openNumbers(t);
  const results = await Promise.all([1, 2, 3].map((n) => commit(() => (insert(n), n * 10))));
  assert.deepEqual(results, [10, 20, 30]);
  assert.deepEqual(all(), [1, 2, 3]);
});

test('a change that throws takes back what it did, and nothing of the others', async (t) => {
  const { commit, insert, all } = openNumbers(t);
  const refused = commit(() => {
    insert(2);
    throw new Error('refused');
  });
  const outcomes = await Promise.allSettled([commit(() => insert(1)), refused, commit(() => insert(3))]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(all(), [1, 3]);
});

test('a change sees those before it', async (t) => {
  const { commit, insert, all } = openNumbers(t);
  const outcomes = await Promise.allSettled([commit(() => insert(1)), commit(() => insert(1))]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  assert.deepEqual(all(), [1]);
});

test('flush commits at once what is waiting', async (t) => {
  const { commit, flush, insert, all } = openNumbers(t);
  const waiting = commit(() => insert(1));
  flush();
  assert.deepEqual(all(), [1]);
  await waiting;
});
