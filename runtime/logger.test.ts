import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { createLogger } from './logger.ts';

function logged(fields: object): string {
  const stream = new PassThrough();
  createLogger('test', 'info', stream).info(fields, 'hello');
  return String(stream.read());
}

test('a line is JSON with the name, an ISO time and the message', () => {
  const line = JSON.parse(logged({ call: 1 })) as Record<string, unknown>;
  assert.equal(line['name'], 'test');
  assert.equal(line['msg'], 'hello');
  assert.equal(line['call'], 1);
  assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT/);
});

test('secrets are replaced wherever they stand', () => {
  const cases = [
    { password: 'hush' },
    { authorization: 'hush' },
    { headers: { authorization: 'Bearer hush', 'x-api-key': 'hush', cookie: 'hush' } },
    { req: { headers: { authorization: 'hush', 'x-api-key': 'hush' } } },
    { a: { b: { c: { client_secret: 'hush' } } } },
    { config: { secretAccessKey: 'hush', sessionToken: 'hush', secret: 'hush' } },
  ];
  for (const fields of cases) {
    const line = logged(fields);
    assert.doesNotMatch(line, /hush/);
    assert.match(line, /\[redacted\]/);
  }
});

test('lines below the level are not written', () => {
  const stream = new PassThrough();
  createLogger('test', 'warn', stream).info('quiet');
  assert.equal(stream.read(), null);
});
