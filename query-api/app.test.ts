import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { App } from '../runtime/http/app.ts';
import { unavailable } from './http/api-error.ts';
import { callFound, memoryCalls } from './testing/memory-readers.ts';
import { directoryOf, testApp } from './testing/test-app.ts';

const { directory, secrets } = directoryOf({
  reader: { tenantId: 'acme', scopes: ['calls:read'] },
  all: { tenantId: 'acme', scopes: ['*'] },
  listener: { tenantId: 'acme', scopes: ['recordings:read'] },
});
const calls = memoryCalls([callFound()]);
let app: App;
before(async () => {
  app = await testApp({ directory: () => directory, calls: calls.reader });
});
after(async () => app.close());

type ErrorBody = {
  error: { code: string; message: string; details: { field: string; message: string }[]; request_id: string };
};

const ask = async (url: string, headers: Record<string, string> = { 'x-api-key': secrets.reader }) =>
  app.inject({ url, headers });
const errorOf = (response: { json: () => ErrorBody }) => response.json().error;

test('a route lets in who has its scope', async () => {
  const table: readonly [headers: Record<string, string>, status: number, code: string | null][] = [
    [{ 'x-api-key': secrets.reader }, 200, null],
    [{ authorization: `Bearer ${secrets.all}` }, 200, null],
    [{}, 401, 'INVALID_TOKEN'],
    [{ 'x-api-key': 'sk_live_nobody' }, 401, 'INVALID_TOKEN'],
    [{ 'x-api-key': secrets.listener }, 403, 'INSUFFICIENT_SCOPE'],
  ];
  for (const [headers, status, code] of table) {
    const response = await ask('/v1/calls', headers);
    assert.equal(response.statusCode, status);
    if (code !== null) assert.equal(errorOf(response).code, code);
  }
});

describe('errors', () => {
  test('405 says what is allowed', async () => {
    const response = await app.inject({ method: 'POST', url: '/v1/calls', headers: { 'x-api-key': secrets.all } });
    assert.equal(response.headers.allow, 'GET, HEAD');
  });

  test('a body may be JSON of 64 KiB', async () => {
    const post = async (type: string, payload: string) => {
      const headers = { 'x-api-key': secrets.all, 'content-type': type };
      const response = await app.inject({ method: 'POST', url: '/v1/api-keys', headers, payload });
      return [response.statusCode, errorOf(response).code];
    };
    assert.deepEqual(await post('text/plain', 'hello'), [415, 'UNSUPPORTED_MEDIA_TYPE']);
    assert.deepEqual(await post('application/json', ' '.repeat(65_537)), [413, 'PAYLOAD_TOO_LARGE']);
    const wrong = '{"name":"","scopes":["fly"],"tenant_id":"other"}';
    assert.deepEqual(await post('application/json', wrong), [422, 'VALIDATION_ERROR']);
  });

  test('each wrong parameter is told with its field and the way out', async () => {
    const response = await ask('/v1/calls?limit=many&sort=up&hasRecording=true&state=&from=2026-01-20T10:00:00');
    assert.equal(response.statusCode, 422);
    assert.deepEqual(
      new Map(errorOf(response).details.map(({ field, message }) => [field, message])),
      new Map([
        ['hasRecording', 'is unknown; did you mean has_recording?'],
        ['limit', 'must be a whole number'],
        ['sort', 'must be one of newest, oldest, -started_at, started_at'],
        ['state', 'must be one of active, ended'],
      ]),
    );
  });

  test('an unknown parameter that looks like none is answered with all there are', async () => {
    const [detail] = errorOf(await ask('/v1/calls?flavour=mint')).details;
    assert.equal(detail?.field, 'flavour');
    assert.match(detail?.message ?? '', /known are .*native_id/);
  });

  const failing = (error: Error) => ({
    ...calls.reader,
    list: async () => {
      throw error;
    },
  });

  test('an engine that is away is a 503 with Retry-After', async () => {
    const away = await testApp({ directory: () => directory, calls: failing(unavailable('UNAVAILABLE', 'Not now.')) });
    const response = await away.inject({ url: '/v1/calls', headers: { 'x-api-key': secrets.reader } });
    assert.deepEqual(
      [response.statusCode, errorOf(response).code, response.headers['retry-after']],
      [503, 'UNAVAILABLE', '1'],
    );
    await away.close();
  });

  test('a request that takes too long is a 503, and its work is aborted', async () => {
    let aborted = false;
    const list = async (...[, , , signal]: Parameters<typeof calls.reader.list>) => {
      await once(signal, 'abort');
      aborted = true;
      throw signal.reason;
    };
    const slow = await testApp({ directory: () => directory, calls: { ...calls.reader, list }, requestTimeoutMs: 20 });
    const response = await slow.inject({ url: '/v1/calls', headers: { 'x-api-key': secrets.reader } });
    assert.deepEqual([response.statusCode, errorOf(response).code], [503, 'TIMEOUT']);
    assert.equal(response.headers['retry-after'], '1');
    assert.ok(aborted);
    await slow.close();
  });
});

describe('load', () => {
  test('requests beyond the limit are refused at once, and a client that went away frees its place and stops its work', async () => {
    const started = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<void>();
    const list = async (...[, , , signal]: Parameters<typeof calls.reader.list>) => {
      signal.addEventListener('abort', () => aborted.resolve());
      started.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    };
    const small = await testApp({ directory: () => directory, calls: { ...calls.reader, list }, maxRequests: 1 });
    await small.listen({ port: 0, host: '127.0.0.1' });
    const { port } = small.server.address() as AddressInfo;
    const first = connect(port, '127.0.0.1');
    first.write(`GET /v1/calls HTTP/1.1\r\nhost: x\r\nx-api-key: ${secrets.reader}\r\n\r\n`);
    await started.promise;
    const call = async () =>
      fetch(`http://127.0.0.1:${port}/v1/calls/call-key-1/events`, { headers: { 'x-api-key': secrets.reader } });
    const refused = await call();
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as ErrorBody).error.code, 'OVERLOADED');
    assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200);

    first.destroy();
    await aborted.promise;
    assert.equal((await call()).status, 200);
    await small.close();
  });
});

test('before the directory has been read nobody is refused, only asked to come again', async () => {
  const app = await testApp({ directory: () => null });
  const response = await app.inject({ url: '/v1/calls', headers: { 'x-api-key': 'sk_live_any' } });
  assert.equal(response.statusCode, 503);
  assert.equal(response.json<{ error: { code: string } }>().error.code, 'UNAVAILABLE');
  assert.equal(response.headers['retry-after'], '1');
  assert.equal((await app.inject('/livez')).statusCode, 200);
  await app.close();
});
