import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryOf, testApp } from '../testing/test-app.ts';
import type { Asked } from './completeness-queries.ts';
import { type Figures, toReport } from './completeness-report.ts';

const at = { switch_id: 'pbx-1', hour: 3600 };
const later = { switch_id: 'pbx-1', hour: 7200 };
/** An hour after the log was last counted. */
const nowMs = Date.parse('2026-01-20T11:00:00Z');
const none: Figures = {
  published: [],
  distinct: [],
  earlier: [],
  accepted: [],
  waiting: [],
  quarantined: [],
  gaps: [],
  adapterGaps: [],
};

const exact: Figures = {
  ...none,
  published: [{ ...at, published: 110, numbered: 110, as_of: '2026-01-20T10:00:00Z' }],
  distinct: [{ ...at, distinct: 105 }],
  accepted: [{ ...at, accepted: 103 }],
  quarantined: [{ ...at, quarantined: 2, unsettled: 0, unnumbered: 0 }],
};

test('what was published is accepted, repeated or refused, and the hour is complete', () => {
  const { hours, totals, as_of } = toReport(exact, nowMs);
  assert.partialDeepStrictEqual(hours, [
    {
      switch_id: 'pbx-1',
      hour: '1970-01-01T01:00:00.000000Z',
      published: 110,
      accepted: 103,
      duplicate: 5,
      quarantined: 2,
      unaccounted: 0,
      numbered: true,
      complete: true,
      gaps: [],
    },
  ]);
  assert.deepEqual([totals.published, totals.duplicate, as_of], [110, 5, '2026-01-20T10:00:00Z']);
});

const cases: readonly (readonly [string, Partial<Figures>, object])[] = [
  [
    'an event that the tables lack',
    { accepted: [{ ...at, accepted: 102 }] },
    { unaccounted: 1, complete: false, duplicate: 5 },
  ],
  [
    'an event that the tables have twice',
    { accepted: [{ ...at, accepted: 104 }] },
    { unaccounted: -1, complete: false },
  ],
  [
    'repetitions of an earlier day',
    { accepted: [{ ...at, accepted: 100 }], earlier: [{ ...at, earlier: 3 }] },
    { unaccounted: 0, duplicate: 8, complete: true },
  ],
  [
    'events that wait',
    { accepted: [{ ...at, accepted: 99 }], waiting: [{ ...at, waiting: 4 }] },
    { unaccounted: 0, waiting: 4, complete: false },
  ],
  [
    'a refused record that nobody settled',
    { quarantined: [{ ...at, quarantined: 2, unsettled: 1, unnumbered: 1 }] },
    { complete: false, quarantined_unnumbered: 1 },
  ],
  [
    'a gap',
    { gaps: [{ ...at, boot_id: 'b', from_seq: 5, to_seq: 7 }] },
    { missing: 3, complete: false, gaps: [{ boot_id: 'b', from_seq: 5, to_seq: 7, missing: 3, told_by: 'sequence' }] },
  ],
  [
    'a sender without numbers',
    { published: [{ ...at, published: 110, numbered: 0, as_of: '' }] },
    { numbered: false, complete: null },
  ],
];
for (const [name, more, expected] of cases)
  test(name, () => {
    assert.partialDeepStrictEqual(toReport({ ...exact, ...more }, nowMs).hours[0], expected);
  });

test('what does not add up while it is being counted is under way, not lost', () => {
  const ahead = { ...exact, accepted: [{ ...at, accepted: 107 }] };
  const counting = toReport(ahead, Date.parse('2026-01-20T10:00:05Z')).hours[0];
  assert.partialDeepStrictEqual(counting, { unaccounted: -4, under_way: true, complete: null });
  const settled = toReport(ahead, Date.parse('2026-01-20T10:00:20Z')).hours[0];
  assert.partialDeepStrictEqual(settled, { unaccounted: -4, under_way: false, complete: false });
});

test('hours are in order, and one that only a table knows is told too', () => {
  const { hours } = toReport({ ...exact, accepted: [...exact.accepted, { ...later, accepted: 1 }] }, nowMs);
  assert.deepEqual(
    hours.map(({ published, unaccounted }) => [published, unaccounted]),
    [
      [110, 0],
      [0, -1],
    ],
  );
});

test('the tenant is the key’s, hours are whole, and ranges have an end', async (t) => {
  const { directory, secrets } = directoryOf({
    acme: { tenantId: 'acme', scopes: ['audit:read'] },
    reader: { tenantId: 'acme', scopes: ['calls:read'] },
  });
  const asked: Asked[] = [];
  const app = await testApp({
    directory: () => directory,
    completeness: async (one) => {
      asked.push(one);
      return one.switchId === null ? null : toReport(exact, nowMs);
    },
  });
  t.after(async () => app.close());
  const get = async (query: string, secret: string = secrets.acme) =>
    app.inject({ url: `/v1/audit/completeness?${query}`, headers: { 'x-api-key': secret } });
  const answer = await get('switch_id=pbx-1&from=2026-01-20T10:20:00Z&to=2026-01-20T11:00:01Z');
  assert.equal(answer.statusCode, 200, answer.body);
  assert.deepEqual(answer.json<{ meta: object }>().meta, {
    from: '2026-01-20T10:00:00.000000Z',
    to: '2026-01-20T12:00:00.000000Z',
    as_of: '2026-01-20T10:00:00Z',
    gaps_truncated: false,
  });
  assert.partialDeepStrictEqual(asked[0], { tenantId: 'acme', switchId: 'pbx-1' });
  assert.equal((await get('from=2025-01-01&to=2026-01-01')).statusCode, 422);
  assert.equal((await get('')).statusCode, 422, 'more hours of all switches than are told at once');
  assert.equal((await get('tenant=globex')).statusCode, 422);
  assert.equal((await get('', secrets.reader)).statusCode, 403);
});
