import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import type { App } from './app.ts';
import { HttpError } from './http-error.ts';
import { errorOf, smallApp } from './testing/small-app.ts';

class Away extends Error {}

const thingApp = (t: TestContext): App => {
  const app = smallApp(t, {
    answerOf: (error) =>
      error instanceof Away
        ? new HttpError(503, 'AWAY', 'Not now.', { headers: { 'retry-after': '1' }, cause: error })
        : null,
  });
  app.get('/v1/things/:id', (request) => ({ id: (request.params as { id: string }).id }));
  app.post('/v1/things', { schema: { body: Type.Object({ name: Type.String() }) } }, async () => ({}));
  app.get('/v1/bug', async () => {
    throw Object.assign(new Error('secret path'), { code: 'ECONNREFUSED' });
  });
  app.get('/v1/away', async () => {
    throw new Away('secret path');
  });
  return app;
};

describe('errors', () => {
  const paths: readonly [url: string, method: 'GET' | 'DELETE', status: number, code: string][] = [
    ['/v1/nothing', 'GET', 404, 'RESOURCE_NOT_FOUND'],
    [`/v1/things/${'x'.repeat(301)}`, 'GET', 404, 'RESOURCE_NOT_FOUND'],
    ['/v1/things', 'GET', 405, 'METHOD_NOT_ALLOWED'],
    ['/api/v1/things/x', 'DELETE', 405, 'METHOD_NOT_ALLOWED'],
    ['/v1/things/%ff', 'GET', 400, 'MALFORMED_REQUEST'],
    ['/v1/bug', 'GET', 500, 'INTERNAL_ERROR'],
    ['/v1/away', 'GET', 503, 'AWAY'],
  ];
  for (const [url, method, status, code] of paths) {
    test(`${method} ${url.slice(0, 30)}`, async (t) => {
      const response = await thingApp(t).inject({ method, url });
      assert.equal(response.statusCode, status);
      const { code: told, request_id } = errorOf(response);
      assert.equal(told, code);
      assert.equal(response.headers['x-request-id'], request_id);
      assert.equal(response.headers['cache-control'], 'no-store');
      assert.doesNotMatch(response.body, /secret path/);
    });
  }

  test('405 says what is allowed, and an answer may have headers of its own', async (t) => {
    const app = thingApp(t);
    assert.equal((await app.inject({ method: 'POST', url: '/v1/things/x' })).headers.allow, 'GET, HEAD');
    assert.equal((await app.inject('/v1/away')).headers['retry-after'], '1');
  });

  const bodies: readonly [name: string, type: string, payload: string, status: number, code: string][] = [
    ['not JSON', 'application/json', '{"name":', 400, 'MALFORMED_JSON'],
    ['nothing', 'application/json', '', 400, 'MALFORMED_JSON'],
    ['text', 'text/plain', 'hello', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['too large', 'application/json', JSON.stringify({ name: 'x'.repeat(1000) }), 413, 'PAYLOAD_TOO_LARGE'],
    ['fields wrong', 'application/json', '{"name":7}', 422, 'VALIDATION_ERROR'],
  ];
  for (const [name, type, payload, status, code] of bodies) {
    test(`body: ${name}`, async (t) => {
      const headers = { 'content-type': type };
      const response = await thingApp(t).inject({ method: 'POST', url: '/v1/things', headers, payload });
      assert.deepEqual([response.statusCode, errorOf(response).code], [status, code]);
    });
  }
});

test('answers are not to be cached, framed, sniffed or run', async (t) => {
  const { headers, statusCode } = await thingApp(t).inject('/v1/things/x');
  assert.equal(statusCode, 200);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['x-frame-options'], 'DENY');
  assert.equal(headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
});

test('every path under /v1 is also one under /api/v1', async (t) => {
  assert.deepEqual((await thingApp(t).inject('/api/v1/things/x')).json(), { id: 'x' });
});
