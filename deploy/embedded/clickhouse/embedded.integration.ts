/** What only the embedded ClickHouse promises: that data stays data, that nothing reaches the host, that it is bounded. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { PASSWORD, type Spawned, spawnEmbedded, USER } from './spawned.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const LIMITS = {
  CLICKHOUSE_READS: '2',
  CLICKHOUSE_WRITES: '1',
  CLICKHOUSE_QUEUE: '2',
  CLICKHOUSE_BODY_BYTES: '1000000',
};
const headers = { 'x-clickhouse-user': USER, 'x-clickhouse-key': PASSWORD };
let data = '';
let server: Spawned;

interface Answer {
  readonly status: number;
  readonly code: number;
  readonly text: string;
}

async function post(sql: string, body?: Buffer | string, extra: Record<string, string> = {}): Promise<Answer> {
  const url = body === undefined ? server.url : `${server.url}/?query=${encodeURIComponent(sql)}`;
  const response = await fetch(url, { method: 'POST', body: body ?? sql, headers: { ...headers, ...extra } });
  const text = await response.text();
  return { status: response.status, code: Number(response.headers.get('x-clickhouse-exception-code') ?? 0), text };
}

async function run(sql: string, body?: Buffer | string, extra: Record<string, string> = {}): Promise<string> {
  const answer = await post(sql, body, extra);
  assert.equal(answer.status, 200, answer.text);
  return answer.text.trim();
}

async function until(reached: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !(await reached()); ) assert.ok(Date.now() < end, 'not reached in time');
}

const spooled = async (): Promise<string[]> =>
  (await readdir(path.join(data, 'spool'))).filter((name) => name.startsWith('insert-'));

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'clickhouse-embedded-'));
  server = await spawnEmbedded(data, LIMITS);
  await run('CREATE TABLE victim (a UInt8) ENGINE = MergeTree ORDER BY a');
});

after(async () => {
  await server.stop('SIGTERM');
  await rm(data, { recursive: true });
});

describe('data is never SQL', () => {
  const attacks = [
    '"hello\n\ndrop table victim -- "',
    "hello\n\ndrop table victim; -- '",
    '1\n;\n\ndrop table victim',
    "'); drop table victim; --",
    '\\n\n\n\nDROP TABLE victim\n\n',
    '{"s": "x\n\ndrop table victim -- "}\n\ndrop table victim',
    '\0\n\ndrop table victim',
  ];
  const formats = [
    'CSV',
    'TabSeparated',
    'JSONEachRow',
    'LineAsString',
    'RawBLOB',
    'RowBinary',
    'Values',
    'JSONAsString',
  ];

  before(() => run('CREATE TABLE strings (s String) ENGINE = MergeTree ORDER BY s'));

  for (const format of formats) {
    test(format, async () => {
      const insert = `INSERT INTO strings FORMAT ${format}`;
      for (const attack of attacks) {
        // Some of these are malformed in some formats; whether they are taken or refused, they must not be run.
        await post(insert, attack);
        await post(insert, gzipSync(attack), { 'content-encoding': 'gzip' });
        await post(`${insert}\n${attack}`);
        await post(`INSERT INTO strings VALUES ${attack}`);
      }
      assert.equal(await run('EXISTS TABLE victim'), '1');
    });
  }

  test('the blank line of a CSV field is stored as it is', async () => {
    await run('TRUNCATE TABLE strings');
    await run('INSERT INTO strings FORMAT CSV', '"hello\n\ndrop table victim -- "');
    assert.equal(await run('SELECT s FROM strings FORMAT TabSeparatedRaw'), 'hello\n\ndrop table victim --');
  });

  test('nothing is left in the spool', async () => {
    await until(async () => (await spooled()).length === 0);
  });
});

describe('one statement at a time', () => {
  for (const sql of [
    'SELECT 1; DROP TABLE victim',
    'SELECT 1;\n\nDROP TABLE victim',
    'CREATE TABLE x (a UInt8) ENGINE = Memory; DROP TABLE victim',
    'INSERT INTO victim SELECT 1; DROP TABLE victim',
    'DROP TABLE nowhere PARALLEL WITH DROP TABLE victim',
    'INSERT INTO victim (a) FORMAT CSV; DROP TABLE victim',
    'SET max_threads = 1; DROP TABLE victim',
  ]) {
    test(sql, async () => {
      assert.notEqual((await post(sql)).status, 200);
      assert.equal(await run('EXISTS TABLE victim'), '1');
    });
  }
});

describe('answers of all kinds', () => {
  const cases: readonly (readonly [sql: string, expected: RegExp])[] = [
    ['EXPLAIN AST SELECT 1', /SelectWithUnionQuery/],
    ['EXPLAIN PIPELINE SELECT 1', /SystemOne/],
    ['SHOW TABLES', /victim/],
    ['DESCRIBE victim', /UInt8/],
    ['EXISTS TABLE victim;', /^1$/],
    ["SELECT 'a;b' -- end", /^a;b$/],
    ['SELECT 1 WHERE 0 FORMAT CSVWithNames', /^"1"$/],
    ['SELECT 1 FORMAT Null', /^$/],
  ];
  for (const [sql, expected] of cases) test(sql, async () => assert.match(await run(sql), expected));

  test('what cannot be read has the message of the engine', async () => {
    assert.match((await post('SELECT (1')).text, /Code: 62\. DB::Exception: .*Unmatched parentheses/s);
  });
});

describe('nothing reaches the host', () => {
  for (const sql of [
    "SELECT * FROM file('/etc/hostname', 'LineAsString')",
    "SELECT file('/etc/hostname')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://bucket.127.0.0.1:1/key', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1', system.one)",
    "SELECT * FROM executable('x', 'CSV', 'a String')",
    "SELECT * FROM sqlite('/tmp/x', 't')",
    'SELECT * FROM `/etc/hostname`',
    "INSERT INTO FUNCTION file('/tmp/trunkline-out', 'CSV', 'a UInt8') SELECT 1",
    "SELECT 1 INTO OUTFILE '/tmp/trunkline-out'",
    "INSERT INTO victim FROM INFILE '/etc/hostname' FORMAT CSV",
    "CREATE TABLE f (a String) ENGINE = File(CSV, '/etc/hostname')",
    "CREATE TABLE u (a String) ENGINE = URL('http://127.0.0.1:1/', CSV)",
    "CREATE DATABASE d ENGINE = Filesystem('/etc')",
    "CREATE DICTIONARY d (a UInt64) PRIMARY KEY a SOURCE(FILE(path '/etc/hostname' format 'CSV')) LIFETIME(1) LAYOUT(FLAT())",
    "CREATE TABLE l (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS disk = disk(type = 'local', path = '/tmp/x/')",
    "BACKUP TABLE victim TO File('/tmp/trunkline-out')",
    "SELECT 1 FORMAT Template SETTINGS format_template_row = '/etc/hostname'",
    'SYSTEM SHUTDOWN',
  ]) {
    test(sql, async () => assert.notEqual((await post(sql)).status, 200));
  }
});

describe('bounds', () => {
  test('an insert body over its size is refused with 413, and its file is gone', async () => {
    const answer = await post('INSERT INTO strings FORMAT LineAsString', 'x'.repeat(1_100_000));
    assert.deepEqual([answer.status, answer.code], [413, 229]);
    await until(async () => (await spooled()).length === 0);
    assert.equal(await run('SELECT 1'), '1');
  });

  test('over the lanes and the queue queries are refused with 503, inserts go on', async () => {
    const slow = Array.from({ length: 4 }, () => run('SELECT sleep(2)'));
    await until(async () => (await post('SELECT 1')).status === 503);
    await run('INSERT INTO strings FORMAT CSV', 'meanwhile');
    const refused = await post('SELECT 1');
    assert.deepEqual([refused.status, refused.code], [503, 202]);
    await Promise.all(slow);
    assert.equal(await run('SELECT 1'), '1');
  });

  test('a client that does not read makes the engine wait, not the memory grow', async () => {
    const query = encodeURIComponent('SELECT number FROM numbers(300000000)');
    const reading = httpRequest(`${server.url}/?query=${query}`, { headers });
    const response = await new Promise<IncomingMessage>((resolve) => {
      reading.on('response', resolve).end();
    });
    response.pause();
    const written = async (): Promise<number> =>
      Number(
        await run(
          "SELECT sum(read_rows) FROM system.processes WHERE query LIKE '%numbers(300000000)%' AND query NOT LIKE '%processes%'",
        ),
      );
    await until(async () => {
      const before = await written();
      await run('SELECT sleep(0.3)');
      return before > 0 && (await written()) === before;
    });
    assert.ok((await written()) < 100_000_000);
    reading.destroy();
    await until(async () => (await written()) === 0);
  });

  test('wait_end_of_query tells the true status of an error that comes late', async () => {
    const sql = encodeURIComponent('SELECT throwIf(number = 1000000) FROM numbers(2000000)');
    const response = await fetch(`${server.url}/?wait_end_of_query=1&query=${sql}`, { headers });
    await response.text();
    assert.equal(response.status, 500);
    assert.equal(response.headers.get('x-clickhouse-exception-code'), '395');
  });
});

describe('the process', () => {
  const env = { ...process.env, CLICKHOUSE_USER: USER, CLICKHOUSE_PASSWORD: PASSWORD };
  const start = (...args: string[]): Promise<{ code: number; stderr: string }> =>
    new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env }, (error, _stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stderr });
      });
    });

  test('a second one on the same directory is refused', async () => {
    const { code, stderr } = await start('--data', data, '--port', '0');
    assert.equal(code, 1);
    assert.match(stderr, /another process holds it/);
    assert.equal(await run('SELECT 1'), '1');
  });

  test('bad flags are told with exit 2', async () => {
    const { code, stderr } = await start('--data', data);
    assert.equal(code, 2);
    assert.match(stderr, /--port/);
  });

  test('SIGTERM stops it with exit 0 though a query runs; the next sweeps the spool, and ends with its parent', async () => {
    const own = await mkdtemp(path.join(tmpdir(), 'clickhouse-process-'));
    const first = await spawnEmbedded(own);
    const query = encodeURIComponent('SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1');
    const long = fetch(`${first.url}/?query=${query}`, { headers });
    long.catch(() => undefined);
    await until(async () => {
      const count = encodeURIComponent('SELECT count() FROM system.processes');
      const response = await fetch(`${first.url}/?query=${count}`, { headers });
      return Number(await response.text()) > 1;
    });
    assert.equal(await first.stop('SIGTERM'), 0);
    await assert.rejects(long);
    await writeFile(path.join(own, 'spool', 'insert-left'), 'x');
    const second = await spawnEmbedded(own);
    assert.deepEqual((await readdir(path.join(own, 'spool'))).includes('insert-left'), false);
    second.process.stdin?.end();
    assert.equal(await second.exited, 0);
    await rm(own, { recursive: true });
  });
});
