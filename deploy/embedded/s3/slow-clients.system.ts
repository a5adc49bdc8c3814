/** What slow, idle and too many clients do to each other, with limits short enough to be reached. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { get, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import pino from 'pino';
import { until } from '../../../runtime/testing/until.ts';
import { type S3Limits, startS3Server } from './server.ts';
import { openStore } from './storage/store.ts';
import { clientFor, temporaryFolder } from './testing/endpoint.ts';

const limit = { timeout: 60_000 };
const longMs = 600_000;
const unlimited: S3Limits = {
  maxConnections: 1024,
  headersMs: longMs,
  keepAliveMs: longMs,
  betweenRequestsMs: longMs,
  pieceMs: longMs,
};
const Bucket = 'slow';
const halfHead = 'GET / HTTP/1.1\r\nhost: ';
/** More than the sockets' buffers hold. */
const large = Buffer.alloc(20 * 1024 ** 2, 'large');

type Server = {
  readonly port: number;
  readonly folder: string;
  readonly s3: S3Client;
  readonly newClient: () => S3Client;
  readonly logs: string[];
};

/** An endpoint with a large object, that ends with the test. */
async function serverWith(t: TestContext, limits: Partial<S3Limits>): Promise<Server> {
  const folder = await temporaryFolder();
  const logs: string[] = [];
  const log = pino({}, { write: (line: string) => logs.push(line) });
  const store = await openStore(folder.path, log);
  const credentials = { accessKeyId: 'AKTESTING', secretAccessKey: 'a-secret/for+tests', region: 'us-east-1' };
  const server = await startS3Server({
    store,
    credentials,
    host: '127.0.0.1',
    port: 0,
    log,
    limits: { ...unlimited, ...limits },
  });
  const { port } = server;
  const newClient = (): S3Client => clientFor({ ...credentials, url: `http://127.0.0.1:${port}` });
  const s3 = newClient();
  t.after(async () => {
    s3.destroy();
    await server.stop();
    await store.close();
    await folder.remove();
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body: large }));
  return { port, folder: folder.path, s3, newClient, logs };
}

async function connected(t: TestContext, { port }: Server): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined).resume(); // followed by close
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** With or without an error: the server hangs up while a byte is on its way. */
function closing(socket: Socket): Promise<void> {
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));
}

function writeSlowly(socket: Socket, text: string): void {
  const bytes = setInterval(() => socket.write(text), 20);
  socket.once('close', () => clearInterval(bytes));
}

/** Begins a put of 1 MB that the server has agreed to take. */
async function beginUpload({ s3 }: Server, Key: string): Promise<{ upload: ClientRequest; socket: Socket }> {
  const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key }));
  const headers = { 'content-length': 1_000_000, expect: '100-continue' };
  const upload = request(url, { method: 'PUT', headers, agent: false });
  upload.on('error', () => undefined).flushHeaders();
  await once(upload, 'continue');
  return { upload, socket: upload.socket as Socket };
}

async function beginDownload({ s3 }: Server): Promise<IncomingMessage> {
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'large' }));
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  return answer.on('error', () => undefined);
}

for (const [what, first, slowly] of [
  ['says nothing', '', ''],
  ['sends its head a byte at a time', halfHead, 'x'],
  ['sends empty lines', '', '\r\n'],
] as const) {
  test(`a client that ${what} is cut`, limit, async (t) => {
    const socket = await connected(t, await serverWith(t, { headersMs: 500 }));
    socket.write(first);
    writeSlowly(socket, slowly);
    await closing(socket);
  });

  test(`a client that ${what} after an answer is cut`, limit, async (t) => {
    const socket = await connected(
      t,
      await serverWith(t, { headersMs: 500, keepAliveMs: 500, betweenRequestsMs: 1000 }),
    );
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1.1 403[^]*keep-alive/);
    socket.write(first);
    writeSlowly(socket, slowly);
    await closing(socket);
  });
}

test('an upload that stalls is cut, however often a byte of it comes, and nothing of it is kept', limit, async (t) => {
  const server = await serverWith(t, { pieceMs: 500 });
  const { socket } = await beginUpload(server, 'stalled');
  writeSlowly(socket, 'x');
  await closing(socket);
  await until(async () => (await readdir(join(server.folder, 'incoming'))).length === 0);
  assert.match(server.logs.join(''), /a body did not go on for 500 ms/);
});

test('an upload that goes on is taken, though it takes longer than a piece of it may', limit, async (t) => {
  const server = await serverWith(t, { pieceMs: 2000 });
  const { upload } = await beginUpload(server, 'steady');
  const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
  for (let sent = 0; sent < 1_000_000; sent += 50_000) {
    upload.write(Buffer.alloc(50_000));
    await delay(200);
  }
  upload.end();
  const [{ statusCode }] = await answered;
  assert.equal(statusCode, 200);
});

test('a download that stalls is cut', limit, async (t) => {
  const server = await serverWith(t, { pieceMs: 500 });
  const answer = await beginDownload(server);
  t.after(() => answer.destroy());
  await until(() => server.logs.some((line) => line.includes('a body did not go on for 500 ms')));
});

test('a download that goes on is served, though it takes longer than a piece of it may', limit, async (t) => {
  const answer = await beginDownload(await serverWith(t, { pieceMs: 2000 }));
  let received = 0;
  for await (const piece of answer) {
    received += (piece as Buffer).length;
    await delay(20);
  }
  assert.equal(received, large.length);
});

test('slow clients on all connections do not keep others from being served', limit, async (t) => {
  const maxConnections = 20;
  const server = await serverWith(t, { maxConnections });
  const kinds: readonly (() => Promise<Socket>)[] = [
    () => connected(t, server),
    async () => {
      const socket = await connected(t, server);
      socket.write(halfHead);
      writeSlowly(socket, 'x');
      return socket;
    },
    async () => {
      const { socket } = await beginUpload(server, 'stalled');
      writeSlowly(socket, 'x');
      return socket;
    },
    async () => (await beginDownload(server)).socket,
  ];
  const over = new AbortController();
  const isOver = once(over.signal, 'abort');
  let slowOnes = 0;
  /** Comes again soon after it was cut. */
  const beSlow = async (come: () => Promise<Socket>): Promise<void> => {
    while (!over.signal.aborted) {
      const socket = await come();
      slowOnes += 1;
      await Promise.race([closing(socket), isOver]);
      socket.destroy();
      await delay(100);
    }
  };
  const slow = Array.from({ length: maxConnections }, (_, i) => beSlow(kinds[i % kinds.length]!));
  await until(() => slowOnes >= maxConnections);
  const s3 = server.newClient(); // the other has a connection already
  t.after(() => s3.destroy());
  for (let i = 0; i < 50; i += 1) {
    const Key = `healthy-${i}`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await Body!.transformToString(), Key);
  }
  over.abort();
  await Promise.all(slow);
});
