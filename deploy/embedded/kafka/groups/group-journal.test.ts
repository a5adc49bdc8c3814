import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { GroupJournal } from './group-journal.ts';
import { applyChange, changesOf, type GroupChange, type StoredGroups } from './stored-groups.ts';

let folder: string;
let files = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'group-journal-'));
});
after(() => rm(folder, { recursive: true }));

function newPath(): string {
  files += 1;
  return join(folder, String(files));
}

const open = (path: string): Promise<GroupJournal> => GroupJournal.open(path, (error) => assert.fail(String(error)));

const group = fc.constantFrom('a', 'b', 'c');
const topic = fc.constantFrom('t', 'u');
const change: fc.Arbitrary<GroupChange> = fc.oneof(
  fc.record({
    kind: fc.constant('offsets' as const),
    group,
    offsets: fc.array(
      fc.record({ topic, partition: fc.nat(2), offset: fc.nat(), metadata: fc.string({ maxLength: 5 }) }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({ kind: fc.constant('generation' as const), group, generation: fc.nat(), protocolType: fc.constant('x') }),
  fc.record({ kind: fc.constant('group-deleted' as const), group }),
  fc.record({ kind: fc.constant('topic-deleted' as const), topic }),
);

function stateAfter(changes: Iterable<GroupChange>): StoredGroups {
  const groups: StoredGroups = new Map();
  for (const each of changes) applyChange(groups, each);
  return groups;
}

/** A group without offsets of a topic is the same whether it once had some or not. */
function plain(groups: StoredGroups | GroupJournal['groups']): object {
  return [...groups].map(([name, { offsets, ...rest }]) => [
    name,
    rest,
    [...offsets].filter(([, partitions]) => partitions.size > 0),
  ]);
}

test('the shortest list of changes leads to the same state', () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const groups = stateAfter(changes);
      assert.deepEqual(plain(stateAfter(changesOf(groups))), plain(groups));
    }),
  );
});

test('what was recorded is there after a restart', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change), async (changes) => {
      const path = newPath();
      const journal = await open(path);
      await Promise.all(changes.map((each) => journal.record(each)));
      await journal.close();
      const reopened = await open(path);
      assert.deepEqual(plain(reopened.groups), plain(stateAfter(changes)));
      await reopened.close();
    }),
    { numRuns: 20 },
  );
});

test('a torn tail is cut off, reported, and written over', async () => {
  const path = newPath();
  const journal = await open(path);
  await journal.record({ kind: 'generation', group: 'a', generation: 1, protocolType: 'x' });
  await journal.record({ kind: 'generation', group: 'a', generation: 2, protocolType: 'x' });
  await journal.close();
  await truncate(path, (await stat(path)).size - 3);
  const troubles: string[] = [];
  const reopened = await GroupJournal.open(path, (error) => troubles.push(String(error)));
  assert.match(troubles.join(), /torn bytes/);
  assert.equal(reopened.groups.get('a')?.generation, 1);
  await reopened.record({ kind: 'generation', group: 'a', generation: 3, protocolType: 'x' });
  await reopened.close();
  const again = await open(path);
  assert.equal(again.groups.get('a')?.generation, 3);
  await again.close();
});

test('history is compacted while recording goes on', async () => {
  const path = newPath();
  const journal = await open(path);
  const metadata = 'm'.repeat(4_000);
  for (let round = 0; round < 10; round += 1) {
    const offsets = Array.from({ length: 200 }, (_, i) => ({ topic: 't', partition: i, offset: round, metadata }));
    await journal.record({ kind: 'offsets', group: 'a', offsets });
  }
  await journal.close();
  assert.ok((await readFile(path)).length < 5 * 1024 * 1024, 'not all of the 8 MB that were written');
  const reopened = await open(path);
  assert.equal(reopened.groups.get('a')?.offsets.get('t')?.get(199)?.offset, 9);
  await reopened.close();
});
