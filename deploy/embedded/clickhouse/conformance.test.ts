/**
 * What Trunkline relies on from ClickHouse. It runs against the server that TRUNKLINE_TEST_CLICKHOUSE_URL names (with
 * _USER and _PASSWORD), or else against an embedded one that it starts, and says nothing that only one of them keeps.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { type ClickHouseClient, ClickHouseLogLevel, createClient, TupleParam } from '@clickhouse/client';
import { startEngines } from '../../testing/engines.ts';

const database = `conformance_${randomUUID().replaceAll('-', '')}`;
const closing: (() => Promise<unknown>)[] = [];
let url = '';
let user = '';
let password = '';
let client: ClickHouseClient;

function connect(options: Readonly<Record<string, unknown>> = {}): ClickHouseClient {
  const log = { level: ClickHouseLogLevel.OFF };
  const clickhouse_settings = { output_format_json_quote_64bit_integers: 1 } as const;
  const base = { url, username: user, password, database, log, max_open_connections: 64, clickhouse_settings };
  const made = createClient({ ...base, ...options });
  closing.unshift(() => made.close());
  return made;
}

async function rows<T>(query: string, query_params: Record<string, unknown> = {}): Promise<T[]> {
  const result = await client.query({ query, query_params, format: 'JSONEachRow' });
  return result.json<T>();
}

async function value(query: string, query_params: Record<string, unknown> = {}): Promise<unknown> {
  const [row] = await rows<{ v: unknown }>(query, query_params);
  return row?.v;
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await reached()); ) assert.ok(Date.now() < end, 'not reached in time');
}

before(async () => {
  const { clickhouse, stop } = await startEngines({ clickhouse: true });
  ({ url, user, password } = clickhouse);
  closing.push(stop);
  await connect({ database: 'default' }).command({ query: `CREATE DATABASE ${database}` });
  client = connect();
});

after(async () => {
  await client.command({ query: `DROP DATABASE ${database} SYNC` });
  for (const close of closing) await close();
});

describe('parameters', () => {
  const nasty = 'it\'s "a" \\ \t\r\n\n; drop table x -- \u{1F4DE} é';
  const cases: readonly (readonly [type: string, given: unknown, expected: unknown])[] = [
    ['String', nasty, nasty],
    ['String', '', ''],
    ['UInt64', '18446744073709551615', '18446744073709551615'],
    ['Int64', '-9223372036854775808', '-9223372036854775808'],
    ['UInt32', 42, 42],
    ['Bool', true, true],
    ["Enum8('open' = 1, 'closed' = 2)", 'closed', 'closed'],
    ['Nullable(String)', null, null],
    ['Nullable(String)', 'x', 'x'],
    ["DateTime64(6, 'UTC')", '2026-01-02 03:04:05.123456', '2026-01-02 03:04:05.123456'],
    ['Array(String)', [nasty, "'"], [nasty, "'"]],
    ['Array(UInt64)', [1n, 18446744073709551615n], ['1', '18446744073709551615']],
    ['Array(Nullable(String))', ['a', null], ['a', null]],
    ['Map(String, String)', { a: nasty }, { a: nasty }],
    ['Map(UInt32, Nullable(String))', new Map([[1, null]]), { 1: null }],
    ['Map(String, Array(UInt8))', { a: [1, 2] }, { a: [1, 2] }],
    ['Array(Array(Int32))', [[1, -2], []], [[1, -2], []]],
    ['Array(Bool)', [true, false], [true, false]],
    ['Tuple(a String, b Nullable(UInt8))', new TupleParam([nasty, null]), { a: nasty, b: null }],
    ['Nullable(UInt64)', null, null],
    ['Int128', -(2n ** 127n), String(-(2n ** 127n))],
    ['UInt256', 2n ** 256n - 1n, String(2n ** 256n - 1n)],
    ['Float64', -1.5e300, -1.5e300],
    ['Date', '2026-01-02', '2026-01-02'],
    ["DateTime('UTC')", new Date('2026-01-02T03:04:05Z'), '2026-01-02 03:04:05'],
    ["DateTime64(3, 'UTC')", new Date('2026-01-02T03:04:05.678Z'), '2026-01-02 03:04:05.678'],
    ["DateTime64(9, 'UTC')", '2026-01-02 03:04:05.123456789', '2026-01-02 03:04:05.123456789'],
    ['Decimal(18, 4)', '-123.4567', -123.4567],
    ["Enum16('a b' = -300, 'it''s' = 5)", "it's", "it's"],
    ['FixedString(4)', 'abcd', 'abcd'],
    ['LowCardinality(String)', nasty, nasty],
    ['IPv6', '2001:db8::1', '2001:db8::1'],
    ['UUID', '61f0c404-5cb3-11e7-907b-a6006ad3dba0', '61f0c404-5cb3-11e7-907b-a6006ad3dba0'],
    [
      "Array(Tuple(String, DateTime64(6, 'UTC'), String))",
      [new TupleParam(['t', '2026-01-02 03:04:05.123456', nasty])],
      [['t', '2026-01-02 03:04:05.123456', nasty]],
    ],
  ];
  for (const [type, given, expected] of cases) {
    test(`${type} ${JSON.stringify(expected).slice(0, 40)}`, async () => {
      assert.deepEqual(await value(`SELECT {p:${type}} AS v`, { p: given }), expected);
    });
  }

  test('Identifier, a name that needs quoting too', async () => {
    const names = { database: 'system', table: 'numbers', column: 'a `b` c' };
    const query = 'SELECT number AS {column:Identifier} FROM {database:Identifier}.{table:Identifier} LIMIT 1';
    assert.deepEqual(await rows(query, names), [{ 'a `b` c': '0' }]);
  });

  test('a list of 2,000 keys, in the URL and as a form, chooses its rows', async () => {
    await client.command({
      query: `CREATE TABLE keyed (tenant String, at DateTime64(6, 'UTC'), call String) ENGINE = MergeTree ORDER BY (tenant, at, call)`,
    });
    await client.command({
      query: `INSERT INTO keyed SELECT 't' || toString(number % 10), fromUnixTimestamp64Micro(1700000000000000 + number, 'UTC'), 'c' || toString(number) FROM numbers(20000)`,
    });
    const keys = Array.from({ length: 2000 }, (_, n) => {
      const micros = String(n * 3).padStart(6, '0');
      return new TupleParam([`t${(n * 3) % 10}`, `2023-11-14 22:13:20.${micros}`, `c${n * 3}`]);
    });
    const query = `SELECT count() AS v FROM keyed WHERE (tenant, at, call) IN {keys:Array(Tuple(String, DateTime64(6, 'UTC'), String))}`;
    for (const use_multipart_params of [false, true]) {
      const result = await client.query({ query, query_params: { keys }, use_multipart_params, format: 'JSONEachRow' });
      assert.equal(Number((await result.json<{ v: string }>())[0]?.v), 2000);
    }
  });
});

describe('inserts', () => {
  const table = (name: string): string =>
    `CREATE TABLE ${name} (id UInt64, at DateTime64(6, 'UTC'), name String, note Nullable(String), kind Enum8('a' = 1, 'b' = 2), ok Bool,
      tags Map(String, String), legs Array(Tuple(agent String, started_at DateTime64(6, 'UTC'), talk_ms UInt32)),
      made UInt8 DEFAULT 7) ENGINE = MergeTree ORDER BY id`;
  const row = {
    id: '9007199254740993',
    at: '2026-01-02 03:04:05.123456',
    name: 'one\n\nDROP TABLE victim -- ',
    note: null,
    kind: 'b',
    ok: true,
    tags: { k: "v'" },
    legs: [{ agent: 'ann', started_at: '2026-01-02 03:04:06.000001', talk_ms: 5 }],
  };
  const read = 'SELECT * EXCEPT made FROM {t:Identifier}';

  test('JSONEachRow: every type comes back, omitted columns take their defaults', async () => {
    await client.command({ query: table('json_rows') });
    await client.insert({ table: 'json_rows', values: [row], format: 'JSONEachRow' });
    assert.deepEqual(await rows(read, { t: 'json_rows' }), [row]);
    assert.equal(await value('SELECT made AS v FROM json_rows'), 7);
  });

  test('JSONCompactEachRow with named columns', async () => {
    await client.command({ query: table('json_compact') });
    const columns = Object.keys(row) as [string, ...string[]];
    await client.insert({ table: 'json_compact', columns, values: [Object.values(row)], format: 'JSONCompactEachRow' });
    assert.deepEqual(await rows(read, { t: 'json_compact' }), [row]);
  });

  test('RowBinary by exec, microseconds and nested tuples byte for byte, gzip or not', async () => {
    const text = (s: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(s)]), Buffer.from(s)]);
    const int64 = (n: bigint): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(n);
      return bytes;
    };
    const encoded = Buffer.concat([
      int64(9007199254740993n),
      int64(BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1000n + 123456n),
      text(row.name),
      Buffer.from([1, 2, 1, 1]),
      text('k'),
      text("v'"),
      Buffer.from([1]),
      text('ann'),
      int64(BigInt(Date.UTC(2026, 0, 2, 3, 4, 6)) * 1000n + 1n),
      Buffer.from([5, 0, 0, 0]),
    ]);
    for (const request of [false, true]) {
      const name = `binary_${request ? 'gzip' : 'plain'}`;
      await client.command({ query: table(name) });
      const compressing = connect({ compression: { request } });
      const query = `INSERT INTO ${name} (${Object.keys(row).join(', ')}) FORMAT RowBinary`;
      const done = await compressing.exec({ query, values: Readable.from([encoded], { objectMode: false }) });
      done.stream.resume();
      assert.deepEqual(await rows(read, { t: name }), [row]);
    }
  });

  test('JSONEachRow from a stream of rows that are made while they are sent', async () => {
    await client.command({ query: 'CREATE TABLE streamed (n UInt64, s String) ENGINE = MergeTree ORDER BY n' });
    const made = function* () {
      for (let n = 0; n < 20_000; n += 1) yield { n, s: `row\n\n${n}` };
    };
    const values = Readable.from(made(), { objectMode: true });
    const { summary } = await client.insert({ table: 'streamed', values, format: 'JSONEachRow' });
    assert.equal(summary?.written_rows, '20000');
    assert.equal(await value('SELECT uniqExact(n, s) AS v FROM streamed'), '20000');
  });

  for (const format of ['Native', 'Parquet', 'ArrowStream', 'CSVWithNames', 'TabSeparated', 'JSONCompactEachRow']) {
    test(`${format} as it was read`, async () => {
      await client.command({ query: table(`from_${format}`) });
      await client.command({ query: table(`to_${format}`) });
      await client.insert({ table: `from_${format}`, values: [row], format: 'JSONEachRow' });
      const given = await client.exec({ query: `SELECT * FROM from_${format} FORMAT ${format}` });
      const values = Readable.from(await given.stream.toArray(), { objectMode: false });
      const taken = await client.exec({ query: `INSERT INTO to_${format} FORMAT ${format}`, values });
      taken.stream.resume();
      assert.deepEqual(await rows(read, { t: `to_${format}` }), [row]);
    });
  }

  test('VALUES in the text of a command', async () => {
    await client.command({ query: 'CREATE TABLE texts (a UInt8, b String) ENGINE = MergeTree ORDER BY a' });
    await client.command({ query: "INSERT INTO texts VALUES (1, 'a\n\nDROP TABLE texts'), (1 + 1, concat('b', 'c'))" });
    await client.command({
      query: 'INSERT INTO texts VALUES ({a:UInt8}, {b:String})',
      query_params: { a: 3, b: "d'" },
    });
    const expected = [
      { a: 1, b: 'a\n\nDROP TABLE texts' },
      { a: 2, b: 'bc' },
      { a: 3, b: "d'" },
    ];
    assert.deepEqual(await rows('SELECT * FROM texts ORDER BY a'), expected);
  });

  test('INSERT … SELECT with parameters', async () => {
    await client.command({ query: 'CREATE TABLE copied (n UInt64) ENGINE = MergeTree ORDER BY n' });
    const query = 'INSERT INTO copied SELECT number FROM numbers({n:UInt32})';
    await client.command({ query, query_params: { n: 1000 } });
    assert.equal(Number(await value('SELECT count() AS v FROM copied')), 1000);
  });

  test('a row that does not fit fails the whole insert', async () => {
    await client.command({ query: 'CREATE TABLE strict (a UInt8) ENGINE = MergeTree ORDER BY a' });
    const values = [{ a: 1 }, { a: 'many' }];
    await assert.rejects(client.insert({ table: 'strict', values, format: 'JSONEachRow' }));
    assert.equal(Number(await value('SELECT count() AS v FROM strict')), 0);
  });

  test('the summary tells the rows written', async () => {
    await client.command({ query: 'CREATE TABLE counted (a UInt8) ENGINE = MergeTree ORDER BY a' });
    const values = Array.from({ length: 10 }, (_, a) => ({ a }));
    const { summary } = await client.insert({ table: 'counted', values, format: 'JSONEachRow' });
    assert.equal(summary?.written_rows, '10');
  });
});

describe('ReplacingMergeTree', () => {
  test('FINAL gives the highest version of each key, in whatever order versions came', async () => {
    await client.command({
      query: `CREATE TABLE versions (k String, at DateTime64(6, 'UTC'), state String, version UInt64)
        ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(at) ORDER BY (k, at)`,
    });
    const at = '2026-01-31 23:59:59.999999';
    const version = (n: bigint, state: string) => ({ k: 'x', at, state, version: String(n) });
    const epoch = 1n << 32n;
    for (const values of [[version(epoch + 2n, 'ended')], [version(epoch + 1n, 'open'), version(3n, 'old')]]) {
      await client.insert({ table: 'versions', values, format: 'JSONEachRow' });
    }
    assert.deepEqual(await rows('SELECT state FROM versions FINAL WHERE k = {k:String}', { k: 'x' }), [
      { state: 'ended' },
    ]);
    assert.deepEqual(await rows("SELECT state FROM versions FINAL WHERE state = 'open'"), []);
  });
});

describe('answers', () => {
  test('a million rows stream through', async () => {
    const result = await client.query({ query: 'SELECT number AS n FROM numbers(1000000)', format: 'JSONEachRow' });
    let count = 0;
    let sum = 0;
    for await (const batch of result.stream<{ n: string }>()) {
      count += batch.length;
      for (const row of batch) sum += Number(row.json().n);
    }
    assert.equal(count, 1_000_000);
    assert.equal(sum, 499_999_500_000);
  });

  test('gzip both ways', async () => {
    const zipped = connect({ compression: { request: true, response: true } });
    await zipped.command({ query: 'CREATE TABLE zipped (n UInt64, s String) ENGINE = MergeTree ORDER BY n' });
    const values = Array.from({ length: 50_000 }, (_, n) => ({ n, s: `row ${n}` }));
    await zipped.insert({ table: 'zipped', values, format: 'JSONEachRow' });
    const result = await zipped.query({ query: 'SELECT * FROM zipped ORDER BY n', format: 'JSONEachRow' });
    assert.equal(result.response_headers['content-encoding'], 'gzip');
    const read = await result.json<{ n: string; s: string }>();
    assert.equal(read.length, 50_000);
    assert.equal(read[49_999]?.s, 'row 49999');
  });

  test('formats with a head and a foot are whole', async () => {
    const query = 'SELECT number AS n FROM numbers(200000)';
    const json = await (await client.query({ query, format: 'JSON' })).json<{ n: string }>();
    assert.equal(json.rows, 200_000);
    assert.equal(json.data.length, 200_000);
    const csv = await (await client.query({ query, format: 'CSVWithNames' })).text();
    assert.equal(csv.split('\n').filter((line) => line === '"n"').length, 1);
    assert.equal(csv.split('\n').length, 200_002);
  });

  test('the query id is echoed', async () => {
    const query_id = randomUUID();
    const result = await client.query({ query: 'SELECT 1', query_id, format: 'JSONEachRow' });
    assert.equal(result.query_id, query_id);
    assert.equal(result.response_headers['x-clickhouse-query-id'], query_id);
    await result.text();
  });

  test('rows with progress', async () => {
    const result = await client.query({
      query: 'SELECT sum(number) AS v FROM numbers(1000000)',
      format: 'JSONEachRowWithProgress',
    });
    const lines: unknown[] = [];
    for await (const batch of result.stream()) lines.push(...batch.map((line) => line.json()));
    assert.ok(lines.some((line) => isDeepStrictEqual(line, { row: { v: '499999500000' } })));
    assert.ok(lines.some((line) => Object.hasOwn(line as object, 'progress')));
  });

  test('wait_end_of_query and send_progress_in_http_headers', async () => {
    const clickhouse_settings = { wait_end_of_query: 1, send_progress_in_http_headers: 1 } as const;
    const query = 'SELECT sum(number) AS v FROM numbers(1000000)';
    const result = await client.query({ query, format: 'JSONEachRow', clickhouse_settings });
    assert.deepEqual(await result.json(), [{ v: '499999500000' }]);
    // Without progress: a server that has sent some can no longer change its status.
    const late = 'SELECT throwIf(number = 1000000) FROM numbers(2000000)';
    const waiting = { wait_end_of_query: 1 } as const;
    const failing = client.query({ query: late, format: 'JSONEachRow', clickhouse_settings: waiting });
    await assert.rejects(failing, { code: '395' });
  });

  test('the statistics of JSON tell the rows read', async () => {
    const result = await client.query({
      query: 'SELECT sum(number) FROM numbers(1000000)',
      format: 'JSON',
    });
    assert.equal((await result.json()).statistics?.rows_read, 1_000_000);
  });

  test('ping', async () => {
    assert.deepEqual(await client.ping(), { success: true });
  });

  test('settings of one query do not reach the next', async () => {
    const setting = "SELECT value AS v FROM system.settings WHERE name = 'max_result_rows'";
    const before = await value(setting);
    const result = await client.query({
      query: setting,
      format: 'JSONEachRow',
      clickhouse_settings: { max_result_rows: '12345' },
    });
    assert.deepEqual(await result.json(), [{ v: '12345' }]);
    assert.equal(await value(setting), before);
  });

  test('fifty queries at once each get their own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        value('SELECT {n:UInt32} AS v FROM system.one WHERE sleep(0.02) = 0', { n }),
      ),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 50 }, (_, n) => n),
    );
  });
});

describe('errors', () => {
  const cases: readonly (readonly [query: string, code: string, type: string])[] = [
    ['SELECT * FROM nowhere', '60', 'UNKNOWN_TABLE'],
    ['SELECT * FROM nowhere.nothing', '81', 'UNKNOWN_DATABASE'],
    ['SELECT nothing FROM numbers(1)', '47', 'UNKNOWN_IDENTIFIER'],
    ['SELECT (1', '62', 'SYNTAX_ERROR'],
    ['SELECT {missing:String}', '456', 'UNKNOWN_QUERY_PARAMETER'],
    ['SELECT 1 SETTINGS no_such_setting = 1', '115', 'UNKNOWN_SETTING'],
    ['SELECT no_such_function()', '46', 'UNKNOWN_FUNCTION'],
    ["SELECT toUInt8('x')", '6', 'CANNOT_PARSE_TEXT'],
    ['SELECT throwIf(number = 3) FROM numbers(10)', '395', 'FUNCTION_THROW_IF_VALUE_IS_NON_ZERO'],
  ];
  for (const [query, code, type] of cases) {
    test(type, () => assert.rejects(rows(query), { code, type }));
  }

  test('what is no format, or cannot hold the columns, is told at once', async () => {
    for (const [format, code] of [
      ['NoSuchFormat', '73'],
      ['Npy', '161'],
    ]) {
      const exec = client.exec({ query: `SELECT 1 AS a, 2 AS b FORMAT ${format}` });
      await assert.rejects(exec, { code });
    }
  });

  test('a syntax error speaks of the text that was sent', async () => {
    const exec = client.exec({ query: 'SELECT 1 ORDER BY' });
    await assert.rejects(exec, { code: '62', message: /failed at position 18 \(end of query\)/ });
  });

  test('statuses: 404 for what is unknown, 400 for syntax, 403 for a wrong password', async () => {
    const status = async (query: string, key: string): Promise<[number, string | null]> => {
      const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': key };
      const response = await fetch(url, { method: 'POST', body: query, headers });
      await response.text();
      return [response.status, response.headers.get('x-clickhouse-exception-code')];
    };
    assert.deepEqual(await status('SELECT * FROM nowhere', password), [404, '60']);
    assert.deepEqual(await status('SELEC', password), [400, '62']);
    assert.deepEqual(await status('SELECT 1', `${password}x`), [403, '516']);
  });

  test('a wrong password', () =>
    assert.rejects(connect({ password: `${password}x` }).query({ query: 'SELECT 1' }), {
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    }));

  test('an error after the answer has begun reaches the reader of the stream', async () => {
    const query = 'SELECT throwIf(number = 3000000) FROM numbers(5000000)';
    const result = await client.query({ query, format: 'JSONEachRow' });
    await assert.rejects(
      async () => {
        for await (const batch of result.stream()) assert.ok(batch.length > 0);
      },
      // The client loses the code where the packets of the network divide the end of the answer badly.
      (error: Error & { code?: string }) => error.code === '395' || /error in the stream/.test(error.message),
    );
  });

  for (const response of [false, true]) {
    test(`… and never passes as a whole answer, gzip ${response}`, async () => {
      const query = 'SELECT throwIf(number = 3000000) FROM numbers(5000000)';
      const result = await connect({ compression: { response } }).query({ query, format: 'CSV' });
      await assert.rejects(result.text());
    });
  }

  test('a query over its memory fails, and the server lives', async () => {
    const query = 'SELECT count() AS v FROM (SELECT number FROM numbers(5000000) GROUP BY number)';
    const limited = client.query({ query, clickhouse_settings: { max_memory_usage: '20000000' } });
    await assert.rejects(limited, { code: '241', type: 'MEMORY_LIMIT_EXCEEDED' });
    assert.equal(await value('SELECT 1 AS v'), 1);
  });

  test('a query over its time fails', async () => {
    const query = 'SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1';
    const limited = client.query({ query, clickhouse_settings: { max_execution_time: 1 } });
    await assert.rejects(limited, { code: '159', type: 'TIMEOUT_EXCEEDED' });
  });

  test('GET changes nothing', async () => {
    const query = encodeURIComponent(`CREATE TABLE ${database}.got (a UInt8) ENGINE = Memory`);
    const headers = { 'x-clickhouse-user': user, 'x-clickhouse-key': password };
    const response = await fetch(`${url}/?query=${query}`, { headers });
    assert.equal(response.headers.get('x-clickhouse-exception-code'), '164');
    await response.text();
  });
});

describe('cancelling', () => {
  const running = async (mark: string): Promise<number> =>
    Number(
      await value(
        `SELECT count() AS v FROM system.processes WHERE position(query, {mark:String}) > 0 AND position(query, 'system.processes') = 0`,
        { mark },
      ),
    );

  const settings = { cancel_http_readonly_queries_on_client_close: 1 } as const;

  test('a query whose client goes away before the answer stops', async () => {
    const mark = '100000000019';
    const leaving = new AbortController();
    const answered = client.query({
      query: `SELECT number FROM numbers(${mark}) WHERE sipHash64(number) = 1`,
      abort_signal: leaving.signal,
      clickhouse_settings: settings,
    });
    answered.catch(() => undefined);
    await until(async () => (await running(mark)) > 0);
    leaving.abort();
    await assert.rejects(answered);
    await until(async () => (await running(mark)) === 0);
  });

  test('… and one whose client stops reading the answer', async () => {
    const mark = '100000000021';
    const query = `SELECT number FROM numbers(${mark})`;
    const result = await client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings });
    const stream = result.stream();
    await once(stream, 'data');
    assert.equal(await running(mark), 1);
    result.close();
    await until(async () => (await running(mark)) === 0);
  });
});
