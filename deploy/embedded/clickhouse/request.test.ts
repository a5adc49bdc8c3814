import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from './errors.ts';
import { parseRequest } from './request.ts';

const parse = (query: string, headers = {}, method = 'POST', form?: Map<string, string>) =>
  parseRequest(method, new URL(`http://h/?${query}`), headers, form);

const code = (error: unknown): number => (error instanceof QueryError ? error.code : 0);

test('the parts of a query find their places', () => {
  const request = parse(
    'query=SELECT+{a:String}&param_a=x%27y&max_threads=2&database=d&query_id=q1&default_format=JSON&wait_end_of_query=1',
  );
  assert.equal(request.sql, 'SELECT {a:String}');
  assert.deepEqual([...request.params], [['param_a', "x'y"]]);
  assert.deepEqual([...request.settings], [['max_threads', '2']]);
  assert.equal(request.database, 'd');
  assert.equal(request.queryId, 'q1');
  assert.equal(request.defaultFormat, 'JSON');
  assert.equal(request.waitEnd, true);
  assert.equal(request.readonly, false);
});

test('a form adds to the URL', () => {
  const request = parse(
    'query_id=q',
    {},
    'POST',
    new Map([
      ['query', 'SELECT 1'],
      ['param_a', '1'],
    ]),
  );
  assert.equal(request.sql, 'SELECT 1');
  assert.deepEqual([...request.params.keys()], ['param_a']);
});

test('GET is read-only', () => {
  assert.equal(parse('query=x', {}, 'GET').readonly, true);
});

test('how to answer and who asks are no settings', () => {
  const names = 'query_id=q&user=u&password=p&enable_http_compression=1&log_comment=x&send_progress_in_http_headers=1';
  assert.equal(parse(names).settings.size, 0);
});

test('compression is asked for twice: by the setting and by the header', () => {
  assert.equal(parse('enable_http_compression=1', { 'accept-encoding': 'br, gzip' }).gzipAnswer, true);
  assert.equal(parse('', { 'accept-encoding': 'gzip' }).gzipAnswer, false);
  assert.equal(parse('enable_http_compression=1').gzipAnswer, false);
  assert.equal(parse('', { 'content-encoding': 'gzip' }).gzipBody, true);
  assert.throws(
    () => parse('', { 'content-encoding': 'zstd' }),
    (error) => code(error) === 48,
  );
});

test('a query id that no header can carry is replaced', () => {
  assert.match(parse('query_id=a%0d%0ab').queryId, /^[0-9a-f-]{36}$/);
});

test('what is not supported is said so, never ignored', () => {
  for (const name of ['session_id', 'role', 'decompress']) {
    assert.throws(
      () => parse(`${name}=1`),
      (error) => code(error) === 48,
    );
  }
});

test('a default format cannot get into the SQL but by its name', () => {
  assert.equal(parse('', { 'x-clickhouse-format': 'JSON' }).defaultFormat, 'JSON');
  for (const format of ['JSON;SELECT+1', 'JSON+SETTINGS+a=1', '']) {
    assert.throws(
      () => parse(`default_format=${format}`),
      (error) => code(error) === 36,
    );
  }
});

test('a name that is no setting cannot get into the SQL', () => {
  for (const name of ['a%20=1,b', 'x;y', 'param_a-b', '', '1a']) {
    assert.throws(
      () => parse(`${name}=1`),
      (error) => code(error) === 36,
    );
  }
});
