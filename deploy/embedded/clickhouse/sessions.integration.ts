/** Sessions are used again by queries of the same kind: nothing that one query did may reach the next. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { PASSWORD, type Spawned, spawnEmbedded, USER } from './spawned.ts';

let data = '';
let server: Spawned;

type Answer = { readonly code: number; readonly text: string };

async function ask(sql: string, search = '', method = 'POST', signal?: AbortSignal): Promise<Answer> {
  const headers = { 'x-clickhouse-user': USER, 'x-clickhouse-key': PASSWORD };
  const url = `${server.url}/?${search}${method === 'GET' ? `&query=${encodeURIComponent(sql)}` : ''}`;
  const body = method === 'GET' ? {} : { body: sql };
  const response = await fetch(url, { method, headers, ...body, ...(signal && { signal }) });
  const text = await response.text();
  return { code: Number(response.headers.get('x-clickhouse-exception-code') ?? 0), text: text.trim() };
}

const session = async (search = ''): Promise<string> =>
  (
    await ask(
      "SELECT value FROM system.processes ARRAY JOIN Settings.keys AS k, Settings.values AS value WHERE k = 'log_comment' AND query LIKE '%processes%'",
      search,
    )
  ).text;

const threads = async (search = ''): Promise<string> => (await ask("SELECT getSetting('max_threads')", search)).text;

before(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'clickhouse-sessions-'));
  server = await spawnEmbedded(data);
});

after(async () => {
  await server.stop('SIGTERM');
  await rm(data, { recursive: true });
});

test('queries of the same kind share a session, so the tests below can fail', async () => {
  const first = await session();
  assert.match(first, /^session-\d+$/);
  assert.equal(await session(), first);
});

test('settings of a request or of a text end with the query', async () => {
  const usual = await threads();
  assert.equal(await threads('max_threads=7'), '7');
  assert.equal(await threads(), usual);
  assert.equal((await ask("SELECT getSetting('max_threads') SETTINGS max_threads = 9")).text, '9');
  assert.equal(await threads(), usual);
  await ask('SELECT throwIf(1) SETTINGS max_threads = 9');
  assert.equal(await threads(), usual);
  await ask('CREATE TABLE numbered (a UInt8) ENGINE = Memory');
  await ask('INSERT INTO numbered SETTINGS max_threads = 9 FORMAT CSV\n1');
  assert.equal(await threads(), usual);
});

test('parameters have the values of their own request, and none of another', async () => {
  for (const value of ['1', '2', '3']) assert.equal((await ask('SELECT {a:UInt8}', `param_a=${value}`)).text, value);
  assert.equal((await ask('SELECT {a:UInt8}')).code, 456);
  assert.equal((await ask('SELECT {a:UInt8}', 'param_b=1')).code, 456);
  assert.equal((await ask('SELECT {b:UInt8}', 'param_b=2')).text, '2');
});

test('SET, USE and temporary tables end with the request', async () => {
  const usual = await threads();
  await ask('SET max_threads = 9');
  await ask('USE system');
  assert.equal((await ask('CREATE TEMPORARY TABLE fleeting (a UInt8)')).code, 0);
  assert.equal(await threads(), usual);
  assert.equal((await ask('SELECT currentDatabase()')).text, 'default');
  assert.equal((await ask('SELECT * FROM fleeting')).code, 60);
});

test('the database is that of the request', async () => {
  assert.equal((await ask('SELECT currentDatabase()', 'database=system')).text, 'system');
  assert.equal((await ask('SELECT currentDatabase()')).text, 'default');
  assert.equal((await ask('SELECT 1', 'database=nowhere')).code, 81);
});

test('a GET cannot write, whatever came before and whatever it asks for', async () => {
  const create = 'CREATE TABLE got (a UInt8) ENGINE = Memory';
  assert.equal((await ask('SELECT 1', '', 'GET')).text, '1');
  for (const search of ['', 'readonly=0', 'readonly=00', 'readonly=false']) {
    assert.notEqual((await ask(create, search, 'GET')).code, 0, search);
  }
  assert.equal((await ask('EXISTS TABLE got')).text, '0');
  assert.equal((await ask("SELECT getSetting('readonly')", 'readonly=1', 'GET')).text, '1');
});

test('killing a query leaves alone those of its kind that come after', async () => {
  const leaving = new AbortController();
  const slow = ask('SELECT count() FROM numbers(100000000000) WHERE sipHash64(number) = 1', '', 'POST', leaving.signal);
  slow.catch(() => undefined);
  const running = async (): Promise<boolean> =>
    (await ask("SELECT count() FROM system.processes WHERE query LIKE '%100000000000%'")).text === '2';
  await until(running);
  leaving.abort();
  await assert.rejects(slow);
  await until(async () => !(await running()));
  for (let n = 0; n < 100; n += 1) assert.equal((await ask('SELECT 1')).text, '1');
});
