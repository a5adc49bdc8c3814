import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { until } from '../testing/until.ts';
import type { App, AppOptions } from './app.ts';
import { securityHeaders } from './security-headers.ts';
import { smallApp } from './testing/small-app.ts';

const listening = async (
  t: TestContext,
  limits: AppOptions['limits'] = {},
  addRoutes: (app: App) => void = () => {},
): Promise<App> => {
  const app = smallApp(t, { limits });
  addRoutes(app);
  app.get('/v1/things', async () => ({ things: 1 }));
  app.post('/v1/things', async () => ({}));
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app;
};

const connectTo = (app: App) => connect((app.server.address() as AddressInfo).port, '127.0.0.1');

/** Everything that comes back on one connection until the server ends it. */
const sendRaw = async (app: App, bytes: string): Promise<string> => {
  const socket = connectTo(app);
  socket.write(bytes);
  return text(socket);
};

/** Status, headers and error of an answer, which must be the only one. */
const read = (answer: string) => {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = new Headers(lines.map((line) => line.split(': ') as [string, string]));
  assert.equal(headers.get('content-length'), String(Buffer.byteLength(body)), answer);
  const { error } = JSON.parse(body) as { error: { code: string; message: string; details: []; request_id: string } };
  return { status: Number(first.split(' ')[1]), headers, error };
};

const host = 'host: trunkline.example\r\n';
const refused: readonly [name: string, bytes: string, status: number, code: string, message: RegExp][] = [
  ['no HTTP', 'hello\r\n\r\n', 400, 'MALFORMED_REQUEST', /^This is no HTTP request: \w.*\.$/],
  ['a TLS greeting', '\u0016\u0003\u0001\u0002\r\n', 400, 'MALFORMED_REQUEST', /no HTTP request/],
  [
    'two lengths',
    `POST /v1/things HTTP/1.1\r\n${host}content-length: 1\r\ncontent-length: 2\r\n\r\nab`,
    400,
    'MALFORMED_REQUEST',
    /no HTTP request/,
  ],
  [
    'a length beside chunks',
    `POST /v1/things HTTP/1.1\r\n${host}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
    'MALFORMED_REQUEST',
    /no HTTP request/,
  ],
  ['no host', 'GET /v1/things HTTP/1.1\r\nconnection: close\r\n\r\n', 400, 'MALFORMED_REQUEST', /Host is missing/],
  [
    'long headers',
    `GET /v1/things HTTP/1.1\r\n${host}x-long: ${'x'.repeat(200_000)}\r\n\r\n`,
    431,
    'HEADERS_TOO_LARGE',
    /16 KiB/,
  ],
  [
    'long chunk extensions',
    `POST /v1/things HTTP/1.1\r\n${host}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    413,
    'PAYLOAD_TOO_LARGE',
    /chunks/,
  ],
  [
    'an expectation',
    `GET /v1/things HTTP/1.1\r\n${host}expect: 200-ok\r\nconnection: close\r\n\r\n`,
    417,
    'EXPECTATION_FAILED',
    /Expect: 100-continue/,
  ],
];

for (const [name, bytes, status, code, message] of refused) {
  test(`${name}: ${status} in the envelope`, async (t) => {
    const answer = read(await sendRaw(await listening(t), bytes));
    assert.deepEqual([answer.status, answer.error.code, answer.error.details], [status, code, []]);
    assert.match(answer.error.message, message);
    assert.match(answer.error.request_id, /^req_[\w-]{36}$/);
    assert.equal(answer.headers.get('x-request-id'), answer.error.request_id);
    assert.equal(answer.headers.get('connection'), 'close');
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    for (const [header, value] of Object.entries(securityHeaders)) assert.equal(answer.headers.get(header), value);
  });
}

test('a request that does not come to its end: 408 in the envelope', async (t) => {
  const app = await listening(t, {
    requestTimeout: 300,
    http: { headersTimeout: 200, connectionsCheckingInterval: 50 },
  });
  const partOfBody = `POST /v1/things HTTP/1.1\r\n${host}content-type: application/json\r\ncontent-length: 9\r\n\r\n{`;
  for (const begun of ['GET /v1/things HTTP/1.1\r\n', partOfBody]) {
    const answer = read(await sendRaw(app, begun));
    assert.deepEqual([answer.status, answer.error.code], [408, 'REQUEST_TIMEOUT'], begun);
  }
});

test('a request that was answered before its end is not answered twice', async (t) => {
  const app = await listening(t, {
    requestTimeout: 200,
    http: { headersTimeout: 200, connectionsCheckingInterval: 50 },
  });
  const answer = await sendRaw(app, `POST /v1/things HTTP/1.1\r\n${host}content-length: 9\r\n\r\n{`);
  assert.equal(read(answer).status, 415);
});

test('no answer is given that the client would take for that to a request before', async (t) => {
  const release = Promise.withResolvers<void>();
  t.after(() => release.resolve());
  const app = await listening(t, {}, (routes) => {
    routes.get('/v1/slow', async () => {
      await release.promise;
      return {};
    });
  });
  assert.equal(await sendRaw(app, `GET /v1/slow HTTP/1.1\r\n${host}\r\nnonsense\r\n\r\n`), '');
});

test('the answer is read by a client that is still sending', async (t) => {
  const socket = connectTo(await listening(t));
  socket.on('error', () => {});
  const more = setInterval(() => socket.write('x'.repeat(100_000)), 5);
  t.after(() => clearInterval(more));
  socket.write('nonsense\r\n\r\n');
  assert.equal(read(await text(socket)).status, 400);
});

test('nothing is written into an answer that has begun', async (t) => {
  const app = await listening(t, {}, (routes) => {
    routes.get('/v1/endless', async (_request, reply) => {
      reply.hijack().raw.writeHead(200, { 'content-length': '1000' }).write('begun');
    });
  });
  const socket = connectTo(app);
  socket.write(`GET /v1/endless HTTP/1.1\r\n${host}\r\n`);
  const [begun] = (await once(socket, 'data')) as [Buffer];
  assert.match(String(begun), /^HTTP\/1.1 200 OK\r\n/);
  socket.write('nonsense\r\n\r\n');
  assert.equal(await text(socket).catch(() => ''), '');
});

test('what still comes on an open connection while the server closes is refused in the envelope', async (t) => {
  const [closing, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let requests = 0;
  const app = await listening(t, {}, (routes) => {
    routes.server.on('request', () => (requests += 1));
    routes.addHook('preClose', async () => closing.resolve());
    routes.get('/v1/slow', async () => {
      await release.promise;
      return {};
    });
  });
  const socket = connectTo(app);
  socket.write(`GET /v1/slow HTTP/1.1\r\n${host}\r\n`);
  await until(() => requests === 1);
  const closed = app.close();
  await closing.promise;
  socket.write(`GET /v1/things HTTP/1.1\r\n${host}\r\n`);
  await until(() => requests === 2);
  release.resolve();
  const [slow, things] = (await text(socket)).split(/(?=HTTP\/1\.1 )/);
  assert.match(slow ?? '', /^HTTP\/1.1 200 /);
  const { status, error, headers } = read(things ?? '');
  assert.deepEqual([status, error.code, headers.get('connection')], [503, 'STOPPING', 'close']);
  await closed;
});
