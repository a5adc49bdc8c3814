import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { type Engines, startEngines } from '../deploy/testing/engines.ts';
import {
  type ClickHouse,
  ClickHouseError,
  ClickHouseTimeout,
  createClickHouse,
  isRetryableClickHouseError,
} from './clickhouse.ts';
import { readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { rowBinaryEncoder } from './row-binary.ts';
import { clickhouseSettings } from './settings.ts';

const logger = createLogger('test', 'silent');

type Leg = { leg_id: string; at: number; note: string | null };
type Row = {
  tenant: string;
  at: number;
  id: number;
  fixed: string;
  ratio: number;
  live: boolean;
  maybe: number | null;
  tags: string[];
  legs: Leg[];
  extra: Record<string, string>;
};

const columns: Record<keyof Row, string> = {
  tenant: 'LowCardinality(String)',
  at: 'DateTime64(6)',
  id: 'UInt64',
  fixed: 'FixedString(4)',
  ratio: 'Float64',
  live: 'Bool',
  maybe: 'Nullable(Int16)',
  tags: 'Array(String)',
  legs: 'Array(Tuple(leg_id String, at DateTime64(6), note Nullable(String)))',
  extra: 'Map(String, String)',
};

const encoder = rowBinaryEncoder<Row>(columns);

function row(id: number, changes: Partial<Row> = {}): Row {
  return {
    tenant: 'acme',
    at: 1_700_000_000_123_456 + id,
    id,
    fixed: 'abcd',
    ratio: 0.25,
    live: true,
    maybe: null,
    tags: ['a', 'über', ''],
    legs: [{ leg_id: 'l1', at: 1_700_000_000_000_001, note: null }],
    extra: { k: 'v' },
    ...changes,
  };
}

suite('clickhouse', { timeout: 90_000 }, () => {
  let engines: Engines<{ clickhouse: true }>;
  let clickhouse: ClickHouse;
  let environment: Record<string, string>;
  const database = `test_${randomUUID().replaceAll('-', '')}`;

  before(async () => {
    engines = await startEngines({ clickhouse: true });
    environment = {
      TRUNKLINE_CLICKHOUSE_URL: engines.clickhouse.url,
      TRUNKLINE_CLICKHOUSE_USER: engines.clickhouse.user,
      TRUNKLINE_CLICKHOUSE_PASSWORD: engines.clickhouse.password,
    };
    const admin = open({ TRUNKLINE_CLICKHOUSE_DATABASE: 'default' });
    await admin.command(`CREATE DATABASE ${database}`);
    await admin.close();
    clickhouse = open();
    const types = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    await clickhouse.command(
      `CREATE TABLE wide (${types.join(', ')}) ENGINE = MergeTree PARTITION BY id % 300 ORDER BY (tenant, at, id)
       SETTINGS non_replicated_deduplication_window = 100`,
    );
  });
  after(async () => {
    await clickhouse.command(`DROP DATABASE ${database}`);
    await clickhouse.close();
    await engines.stop();
  });

  const open = (changes: Record<string, string> = {}): ClickHouse =>
    createClickHouse(
      readConfig(clickhouseSettings, { TRUNKLINE_CLICKHOUSE_DATABASE: database, ...environment, ...changes }),
      logger,
    );

  test('rows of every type are read as they were inserted', async () => {
    const rows = [row(1), row(2, { maybe: -5, live: false, tags: [], legs: [], extra: {} })];
    await clickhouse.insertRows('wide', encoder.columns, encoder.encode(rows));
    const read = await clickhouse.query<Record<string, unknown>>(
      `SELECT tenant, toUnixTimestamp64Micro(at) AS at_us, id, fixed, ratio, live, maybe, tags, extra,
              arrayMap(leg -> (leg.leg_id, toUnixTimestamp64Micro(leg.at), leg.note), legs) AS legs
       FROM wide WHERE id IN (1, 2) ORDER BY id`,
    );
    assert.deepEqual(read, [
      {
        tenant: 'acme',
        at_us: '1700000000123457',
        id: '1',
        fixed: 'abcd',
        ratio: 0.25,
        live: true,
        maybe: null,
        tags: ['a', 'über', ''],
        extra: { k: 'v' },
        legs: [['l1', '1700000000000001', null]],
      },
      {
        tenant: 'acme',
        at_us: '1700000000123458',
        id: '2',
        fixed: 'abcd',
        ratio: 0.25,
        live: false,
        maybe: -5,
        tags: [],
        extra: {},
        legs: [],
      },
    ]);
  });

  test('the same insert twice is there twice: nothing is dropped for looking like another', async () => {
    const body = encoder.encode([row(10)]);
    await clickhouse.insertRows('wide', encoder.columns, body);
    await clickhouse.insertRows('wide', encoder.columns, body);
    assert.deepEqual(await clickhouse.query('SELECT count() AS n FROM wide WHERE id = 10'), [{ n: '2' }]);
  });

  test('an insert may go into hundreds of partitions', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => row(1000 + index));
    await clickhouse.insertRows('wide', encoder.columns, encoder.encode(rows));
    assert.deepEqual(await clickhouse.query('SELECT count() AS n FROM wide WHERE id >= 1000 AND id < 1300'), [
      { n: '300' },
    ]);
  });

  test('an empty insert is none', async () => {
    await clickhouse.insertRows('no_such_table', ['a'], Buffer.alloc(0));
  });

  test('parameters are values, whatever is in them', async () => {
    const hostile = '\'; DROP TABLE wide --\\\n\t"{x}';
    const [read] = await clickhouse.query<{ s: string; n: string; t: string[]; none: null }>(
      'SELECT {s:String} AS s, {n:UInt64} AS n, {t:Array(String)} AS t, {none:Nullable(String)} AS none',
      { s: hostile, n: '18446744073709551615', t: [hostile, 'ü'], none: null },
    );
    assert.deepEqual(read, { s: hostile, n: '18446744073709551615', t: [hostile, 'ü'], none: null });
  });

  test('thousands of keys go into one parameter', async () => {
    const keys = Array.from({ length: 5000 }, (_, index) => `call_01hx8yq2m3e0abcdefgh${index}`);
    const [read] = await clickhouse.query<{ n: string; last: string }>(
      'SELECT length({keys:Array(String)}) AS n, {keys:Array(String)}[-1] AS last',
      { keys },
    );
    assert.deepEqual(read, { n: '5000', last: keys.at(-1) });
  });

  test('a long result comes in blocks; leaving early ends the query', async () => {
    let total = 0;
    for await (const rows of clickhouse.stream<{ number: string }>('SELECT number FROM numbers(200000)')) {
      total += rows.length;
    }
    assert.equal(total, 200_000);
    for await (const rows of clickhouse.stream('SELECT number FROM numbers(50000000)')) {
      assert(rows.length > 0);
      break;
    }
    assert.equal(await clickhouse.ping(), true);
  });

  test('reads cannot write', async () => {
    await assert.rejects(clickhouse.query('DROP TABLE wide'), ClickHouseError);
    assert.deepEqual(await clickhouse.query("SELECT count() AS n FROM system.tables WHERE name = 'wide'"), [
      { n: '1' },
    ]);
  });

  test('a wrong statement and a wrong insert are told by code and are not to be repeated', async () => {
    await assert.rejects(clickhouse.query('SELECT nonsense'), (error) => {
      assert(error instanceof ClickHouseError);
      assert.equal(error.code, '47');
      return !isRetryableClickHouseError(error);
    });
    const torn = encoder.encode([row(20)]).subarray(0, -1);
    await assert.rejects(clickhouse.insertRows('wide', encoder.columns, torn), ClickHouseError);
    assert.deepEqual(await clickhouse.query('SELECT count() AS n FROM wide WHERE id = 20'), [{ n: '0' }]);
  });

  test('a query ends at its limit in time, and when its caller goes', async () => {
    const slow = 'SELECT sum(sleepEachRow(0.5)) FROM numbers(40) SETTINGS max_block_size = 1';
    await assert.rejects(clickhouse.query(slow, {}, { timeoutMs: 1000 }), (error) => {
      assert(error instanceof ClickHouseError || error instanceof ClickHouseTimeout);
      return isRetryableClickHouseError(error);
    });
    const reason = new Error('the client hung up');
    const stop = new AbortController();
    const running = clickhouse.query(slow, {}, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 100);
    await assert.rejects(running, reason);
    assert.equal(await clickhouse.ping(), true);
  });

  test('a wrong password and a port where nobody is are told by ping and by type', async () => {
    const wrong = open({ TRUNKLINE_CLICKHOUSE_PASSWORD: 'wrong' });
    assert.equal(await wrong.ping(), false);
    await wrong.close();
    const nobody = open({ TRUNKLINE_CLICKHOUSE_URL: 'http://127.0.0.1:9' });
    assert.equal(await nobody.ping(), false);
    await assert.rejects(nobody.query('SELECT 1'), isRetryableClickHouseError);
    await nobody.close();
  });
});
