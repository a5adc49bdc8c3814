import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { startEngines } from '../../deploy/testing/engines.ts';
import type { CallRow } from '../../schemas/call-row.ts';
import { createTables } from '../listing/tables.ts';
import { apiClient } from '../testing/api-client.ts';
import { createDatabase } from '../testing/database.ts';
import { callRow, second, tenOClock } from '../testing/rows.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { createCallReader } from './call-reader.ts';

const engines = await startEngines({ clickhouse: true });
const database = await createDatabase(engines.clickhouse);
const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['calls:read'] },
  globex: { tenantId: 'globex', scopes: ['calls:read'] },
});
const app = await testApp({
  directory: () => directory,
  calls: createCallReader(createTables(database.clickhouse, 10_000)),
});
const acme = apiClient(app, secrets.acme);
const globex = apiClient(app, secrets.globex);

after(async () => {
  await app.close();
  await database.drop();
  await engines.stop();
});
afterEach(async () => database.clear());

const keys = (calls: readonly { call_uuid: string | null }[]): (string | null)[] =>
  calls.map(({ call_uuid }) => call_uuid);
const numbered = (count: number, given: (i: number) => Partial<CallRow>): CallRow[] =>
  Array.from({ length: count }, (_, i) => callRow({ call_key: `k${String(i).padStart(5, '0')}`, ...given(i) }));

describe('an export', () => {
  const read = async (query: string, client = acme): Promise<Record<string, string>[]> => {
    const { statusCode, body } = await client.get(`/v1/calls/export${query}`);
    assert.equal(statusCode, 200, body.slice(0, 300));
    return parse(body, { columns: true });
  };

  test('has every call once, over many reads, as the listing has them', async () => {
    await database.insert(
      'calls',
      numbered(5001, (i) => ({ started_at: tenOClock + Math.floor(i / 3) * second })),
    );
    const listed = await acme.listAll('/v1/calls?limit=5000&sort=oldest');
    const exported = await read('?sort=oldest');
    assert.deepEqual(
      exported.map(({ id }) => id),
      listed.map(({ id }) => id),
    );
  });

  test('has the calls that fulfil the filters, of the tenant alone; of none the head', async () => {
    await database.insert('calls', [
      callRow({ call_key: 'x', direction: 'inbound' }),
      callRow({ call_key: 'y', direction: 'outbound' }),
    ]);
    const exported = await read('?direction=outbound');
    assert.deepEqual(
      exported.map(({ call_uuid }) => call_uuid),
      ['y'],
    );
    assert.deepEqual(await read('', globex), []);
  });

  test('takes no pages', async () => {
    const { statusCode, body } = await acme.get('/v1/calls/export?limit=5');
    assert.deepEqual([statusCode, body.includes('limit')], [422, true]);
  });
});

describe('pages', () => {
  test('newest first and oldest first, to the end', async () => {
    const rows = numbered(61, (i) => ({ started_at: tenOClock + i * second }));
    await database.insert('calls', rows);
    assert.deepEqual(keys(await acme.listAll('/api/v1/calls?limit=25')), keys(rows.map(uuidOf)).reverse());
    assert.deepEqual(keys(await acme.listAll('/v1/calls?limit=20&sort=oldest')), keys(rows.map(uuidOf)));
  });

  test('ten thousand calls of one instant come once each, however large the pages', async () => {
    await database.insert(
      'calls',
      numbered(10_000, () => ({})),
    );
    for (const limit of [997, 5000]) {
      const ids = (await acme.listAll(`/v1/calls?limit=${limit}`)).map(({ id }) => id);
      assert.equal(ids.length, 10_000);
      assert.equal(new Set(ids).size, 10_000);
    }
  });

  test('nothing is skipped or repeated while calls come, change and are merged', async () => {
    const rows = numbered(300, (i) => ({
      started_at: tenOClock + i * second,
      state: i % 2 === 0 ? 'active' : 'ended',
    }));
    for (let part = 0; part < 3; part += 1)
      await database.insert(
        'calls',
        rows.filter((_, i) => i % 3 === part),
      );
    const disturb = async (page: number): Promise<void> => {
      const newcomers = [0, 1, 2].map((n) =>
        callRow({ call_key: `new-${page}-${n}`, started_at: tenOClock + (100 * n + page) * second + 1 }),
      );
      const changed = rows
        .filter((_, i) => i % 5 === page % 5)
        .map((row) => ({ ...row, state: 'ended' as const, version: 2 + page, duration_ms: page }));
      await database.insert('calls', [...newcomers, ...changed]);
      if (page % 4 === 3) await database.clickhouse.command('OPTIMIZE TABLE calls FINAL');
    };
    for (const sort of ['newest', 'oldest']) {
      const listed = (await acme.listAll(`/v1/calls?limit=25&sort=${sort}`, disturb)).map(({ id }) => id);
      assert.equal(new Set(listed).size, listed.length, 'no call twice');
      const before = new Set(rows.map((row) => row.call_id));
      assert.equal(listed.filter((id) => before.has(id)).length, rows.length, 'no call missing');
    }
  });

  test('superseded versions neither show nor end the walk', async () => {
    const rows = numbered(400, (i) => ({ started_at: tenOClock + i * second, state: 'active' }));
    await database.insert('calls', rows);
    const isLive = (i: number): boolean => i < 5 || i % 70 === 0;
    const ended = rows.filter((_, i) => !isLive(i)).map((row) => ({ ...row, version: 2, state: 'ended' as const }));
    await database.insert('calls', ended);
    const live = keys(rows.filter((_, i) => isLive(i)).map(uuidOf)).reverse();
    for (const limit of [2, 100]) {
      assert.deepEqual(keys(await acme.listAll(`/v1/calls?state=active&limit=${limit}`)), live);
    }
    assert.equal((await acme.listAll('/v1/calls?state=ended&limit=100')).length, 400 - live.length);
  });

  test('by number and by offset, with totals', async () => {
    await database.insert(
      'calls',
      numbered(61, (i) => ({ started_at: tenOClock + i * second })),
    );
    const third = await acme.list('/v1/calls?page=3&limit=25');
    assert.equal(third.data.length, 11);
    assert.partialDeepStrictEqual(third.meta, { total: 61, total_relation: 'eq', next_cursor: null });
    assert.deepEqual(third.data, (await acme.list('/v1/calls?offset=50&limit=25')).data);
    assert.equal((await acme.list('/v1/calls?page=9&limit=25')).data.length, 0);
  });

  test('totals are exact below ten thousand, and said to be a bound from there', async () => {
    await database.insert(
      'calls',
      numbered(9999, () => ({})),
    );
    const url = '/v1/calls?limit=1&include_total=true';
    assert.partialDeepStrictEqual((await acme.list(url)).meta, { total: 9999, total_relation: 'eq' });
    await database.insert('calls', [callRow({ call_key: 'one more' })]);
    assert.partialDeepStrictEqual((await acme.list(url)).meta, { total: 10_000, total_relation: 'gte' });
  });
});

describe('filters', () => {
  const rows: readonly CallRow[] = [
    callRow({ call_key: 'plain' }),
    callRow({ call_key: 'later', started_at: tenOClock + 3600 * second }),
    callRow({
      call_key: 'out',
      direction: 'outbound',
      disposition: 'busy',
      callee_number: '0049891234',
      callee_e164: '+49891234',
    }),
    callRow({ call_key: 'live', state: 'active', disposition: 'in_progress', ended_at: null, duration_ms: 5999 }),
    callRow({
      call_key: 'heard',
      has_recording: true,
      recordings: [
        { recording_id: 'rec_1', status: 'available', leg_id: 'leg-a', started_at: null, duration_ms: 5, bytes: 9 },
      ],
    }),
    callRow({ call_key: 'legs', native_ids: ['legs', 'leg-1', 'leg-2'] }),
    callRow({ call_key: 'hidden', caller_presentation: 'restricted', caller_number: '+33999', caller_e164: '+33999' }),
    callRow({
      call_key: 'drifted',
      call_started_at: tenOClock - 3600 * second,
      started_at: tenOClock + 7200 * second,
      quality: ['clock_anomaly'],
    }),
    callRow({ call_key: 'gone', state: 'merged', merged_into: 'call_x' }),
  ];

  const table: readonly [string, readonly string[]][] = [
    ['', ['plain', 'later', 'out', 'live', 'heard', 'legs', 'hidden', 'drifted']],
    ['from=2026-01-20T11:00:00Z', ['later', 'drifted']],
    ['from=2026-01-20T10:00:00.000001Z', ['later', 'drifted']],
    ['to=2026-01-20T11:00:00Z', ['plain', 'out', 'live', 'heard', 'legs', 'hidden']],
    ['dateFrom=2026-01-20T12:30:00%2B01:30&dateTo=2026-01-20T12:00:00Z', ['later']],
    ['direction=outbound', ['out']],
    ['disposition=busy', ['out']],
    ['state=active', ['live']],
    ['caller=02071111111', ['plain', 'later', 'out', 'live', 'heard', 'legs', 'drifted']],
    ['caller=%2B442071111111&direction=outbound', ['out']],
    ['caller=+442071111111&direction=outbound', ['out']],
    ['caller=%2B33999', []],
    ['callee=%2B49891234', ['out']],
    ['callee=0049891234', ['out']],
    ['native_id=leg-2', ['legs']],
    ['native_id=plain', ['plain']],
    ['native_id=gone', []],
    ['has_recording=true', ['heard']],
    ['max_duration=5', ['live']],
    ['max_duration=4', []],
    ['min_duration=62', ['plain', 'later', 'out', 'heard', 'legs', 'hidden', 'drifted']],
    ['min_duration=63', []],
  ];

  test('give exactly the calls that fulfil them', async () => {
    await database.insert('calls', rows);
    for (const [query, expected] of table) {
      const { data, meta } = await acme.list(`/v1/calls?include_total=true&${query}`);
      assert.deepEqual(new Set(keys(data)), new Set(expected), query);
      assert.equal(data.length, expected.length, query);
      assert.equal(meta.total, expected.length, query);
    }
  });

  test('take any text as a value, never as SQL', async () => {
    await database.insert('calls', rows);
    const texts = [
      "'",
      "' OR '1'='1",
      '\\',
      "\\' OR 1=1 --",
      "'; DROP TABLE calls; --",
      '{tenant:String}',
      '\u0000',
      'é\n\t"`',
      '%',
      ')',
    ];
    for (const text of texts) {
      for (const name of ['caller', 'callee', 'native_id']) {
        const { data } = await acme.list(`/v1/calls?${name}=${encodeURIComponent(text)}`);
        assert.deepEqual(data, [], `${name}=${text}`);
      }
      assert.equal((await acme.get(`/v1/calls/${encodeURIComponent(text)}`)).statusCode, 404, text);
    }
    assert.equal((await acme.list('/v1/calls')).data.length, 8);
    await database.insert('calls', [callRow({ call_key: "it's \\ {x:String}", caller_number: "a'b\\c\n" })]);
    assert.equal((await acme.list(`/v1/calls?caller=${encodeURIComponent("a'b\\c\n")}`)).data.length, 1);
    assert.equal((await acme.get(`/v1/calls/${encodeURIComponent("it's \\ {x:String}")}`)).statusCode, 200);
  });
});

describe('tenants', () => {
  test('see their own calls only, by list and by id', async () => {
    const [ours, theirs] = [callRow({ call_key: 'ours' }), callRow({ call_key: 'theirs', tenant_id: 'globex' })];
    await database.insert('calls', [ours, theirs]);
    assert.deepEqual(keys((await acme.list('/v1/calls')).data), ['ours']);
    assert.deepEqual(keys((await globex.list('/v1/calls')).data), ['theirs']);
    for (const id of [theirs.call_id, 'theirs']) {
      assert.equal((await acme.get(`/v1/calls/${id}`)).statusCode, 404);
      assert.equal((await acme.get(`/v1/calls/${id}/events`)).statusCode, 404);
    }
    assert.equal((await globex.get(`/v1/calls/${theirs.call_id}`)).statusCode, 200);
  });
});

const uuidOf = (row: CallRow): { call_uuid: string } => ({ call_uuid: row.call_key });
