import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Key, Listing, Query } from './keyset.ts';
import { readPage } from './page-reader.ts';
import type { Tables } from './tables.ts';

const usPerDay = 86_400_000_000;
const nowUs = Date.now() * 1000;

const listing: Listing = { table: 'things', at: 'made_at', id: 'thing_id', columns: [], daysBack: [1, 8, 64] };

/** A table without superseded rows, which understands just what the reader asks; `floors` are those it was asked for. */
const tableOf = (keys: readonly Key[], floors: (number | null)[]): Tables => ({
  read: async <Row>({ sql, params }: Query): Promise<Row[]> => {
    const newest = [...keys].sort((a, b) => b.at - a.at || (b.id < a.id ? -1 : 1));
    if (sql.includes('FINAL')) {
      const ids = params['ids'] as readonly string[];
      const rows = newest.filter(({ id }) => ids.includes(id)).slice(0, Number(params['limit']));
      return rows.map(({ at, id }) => ({ key_at: at, key_id: id })) as Row[];
    }
    const floor = (params['floor_at'] as number | undefined) ?? null;
    const [afterAt, afterId] = [params['after_at'] as number | undefined, String(params['after_id'])];
    floors.push(floor);
    const found = newest.filter(
      ({ at, id }) =>
        (floor === null || at >= floor) && (afterAt === undefined || at < afterAt || (at === afterAt && id < afterId)),
    );
    return found.slice(0, Number(params['limit'])) as Row[];
  },
});

const conditions = { sql: [], params: {} };
const signal = new AbortController().signal;

const pageOf = async (keys: readonly Key[], after: Key | null, limit: number) => {
  const floors: (number | null)[] = [];
  const asked = { conditions, order: 'newest', limit, place: { after } } as const;
  const page = await readPage<{ key_at: number; key_id: string }>(tableOf(keys, floors), listing, asked, signal);
  return { ids: page.rows.map(({ key_id }) => key_id), next: page.next, floors };
};

test('pages put together are all rows, newest first, however they lie in time', async () => {
  const ages = fc.array(fc.double({ min: -1, max: 400, noNaN: true }), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(ages, fc.integer({ min: 1, max: 7 }), async (days, limit) => {
      const keys = days.map((age, at) => ({ at: Math.floor(nowUs - age * usPerDay), id: `t${at}` }));
      const walked: string[] = [];
      let after: Key | null = null;
      do {
        const page = await pageOf(keys, after, limit);
        walked.push(...page.ids);
        after = page.next;
      } while (after !== null);
      const sorted = [...keys].sort((a, b) => b.at - a.at || (b.id < a.id ? -1 : 1));
      assert.deepEqual(
        walked,
        sorted.map(({ id }) => id),
      );
    }),
    { numRuns: 200 },
  );
});

test('a full page of the last day opens nothing older', async () => {
  const keys = Array.from({ length: 500 }, (_, at) => ({ at: nowUs - at * 1000, id: `t${at}` }));
  const { ids, floors } = await pageOf(keys, null, 50);
  assert.equal(ids.length, 50);
  assert.equal(floors.length, 1);
  assert.ok(floors.every((floor) => floor !== null && floor > nowUs - 2 * usPerDay));
});

test('what is older than all slices is found last', async () => {
  const { ids, floors } = await pageOf([{ at: nowUs - 300 * usPerDay, id: 'old' }], null, 50);
  assert.deepEqual(ids, ['old']);
  assert.equal(floors.length, 4);
  assert.equal(floors.at(-1), null);
});
