import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import { type Engines, startEngines } from '../deploy/testing/engines.ts';
import { ConfigError, readConfig } from './config.ts';
import { createLogger } from './logger.ts';
import {
  ChecksumMismatch,
  createObjectStore,
  isRetryableS3Error,
  type ObjectStore,
  RangeNotSatisfiable,
} from './s3.ts';
import { s3Settings } from './settings.ts';

const logger = createLogger('test', 'silent');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

suite('s3', { timeout: 60_000 }, () => {
  let engines: Engines<{ s3: true }>;
  let store: ObjectStore;
  let environment: Record<string, string>;

  before(async () => {
    engines = await startEngines({ s3: true });
    environment = {
      TRUNKLINE_S3_ENDPOINT: engines.s3.endpoint,
      TRUNKLINE_S3_REGION: engines.s3.region,
      TRUNKLINE_S3_BUCKET: `test-${randomUUID()}`,
      TRUNKLINE_S3_ACCESS_KEY_ID: engines.s3.accessKeyId,
      TRUNKLINE_S3_SECRET_ACCESS_KEY: engines.s3.secretAccessKey,
    };
    store = createObjectStore(readConfig(s3Settings, environment), logger);
    assert.equal(await store.ping(), false);
    await store.ensureBucket();
    await store.ensureBucket();
  });
  after(async () => {
    store.close();
    await engines.stop();
  });

  async function put(key: string, bytes: Buffer, sha256Hex = sha256(bytes)): Promise<'stored' | 'exists'> {
    return store.put({
      key,
      body: Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]),
      contentLength: bytes.length,
      sha256Hex,
      contentType: 'audio/wav',
      ifNoneMatch: true,
    });
  }

  test('what is put can be looked at and read, whole or in part', async () => {
    const key = 'tenants/acme/ü b+c.wav';
    const bytes = randomBytes(300_000);
    assert.equal(await put(key, bytes), 'stored');
    const head = await store.head(key);
    assert.deepEqual(
      { ...head, lastModified: undefined },
      { bytes: 300_000, sha256Hex: sha256(bytes), contentType: 'audio/wav', lastModified: undefined },
    );
    assert(head !== null && Math.abs(head.lastModified.getTime() - Date.now()) < 60_000);

    const whole = await store.get(key);
    assert(whole !== null);
    assert.equal(whole.bytes, 300_000);
    assert.equal(whole.contentRange, null);
    assert.deepEqual(await buffer(whole.body), bytes);

    const part = await store.get(key, 'bytes=100-199');
    assert(part !== null);
    assert.equal(part.contentRange, 'bytes 100-199/300000');
    assert.deepEqual(await buffer(part.body), bytes.subarray(100, 200));
    await assert.rejects(store.get(key, 'bytes=300000-'), RangeNotSatisfiable);
  });

  test('an object that is there is not replaced', async () => {
    const first = randomBytes(2000);
    assert.equal(await put('once', first), 'stored');
    assert.equal(await put('once', randomBytes(2000)), 'exists');
    assert.equal((await store.head('once'))?.sha256Hex, sha256(first));
  });

  test('of many writers at once one stores', async () => {
    const bytes = randomBytes(5000);
    const results = await Promise.allSettled(Array.from({ length: 8 }, async () => put('race', bytes)));
    const outcomes = results.map((result) => {
      if (result.status === 'fulfilled') return result.value;
      // A store may also tell the losers to try again.
      assert.equal(isRetryableS3Error(result.reason), true);
      return 'exists';
    });
    assert.equal(outcomes.filter((outcome) => outcome === 'stored').length, 1);
  });

  for (const [status, outcome] of [
    [200, 'exists'],
    [404, 'failed'],
  ] as const) {
    test(`an upload whose connection ended, of an object of which the store then says ${status}: ${outcome}`, async (t) => {
      const server = createServer(({ method, socket }, response) => {
        if (method === 'PUT') socket.resetAndDestroy();
        else response.writeHead(status).end();
      }).listen(0, '127.0.0.1');
      t.after(() => server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const settings = readConfig(s3Settings, { ...environment, TRUNKLINE_S3_ENDPOINT: `http://127.0.0.1:${port}` });
      const cutOff = createObjectStore(settings, logger);
      t.after(() => cutOff.close());
      const bytes = randomBytes(2000);
      const object = { key: 'k', contentLength: 2000, sha256Hex: sha256(bytes), contentType: 'audio/wav' };
      const put = cutOff.put({ ...object, body: Readable.from([bytes]), ifNoneMatch: true });
      if (outcome === 'exists') assert.equal(await put, 'exists');
      else await assert.rejects(put, isRetryableS3Error);
    });
  }

  test('bytes that are not those declared are refused, and nothing is stored', async () => {
    await assert.rejects(put('wrong', randomBytes(2000), sha256(Buffer.from('other'))), ChecksumMismatch);
    const bytes = randomBytes(2000);
    for (const contentLength of [1999, 2001]) {
      const object = { key: 'wrong', contentLength, sha256Hex: sha256(bytes), contentType: 'audio/wav' };
      const body = Readable.from([bytes.subarray(0, 1000), bytes.subarray(1000)]);
      await assert.rejects(store.put({ ...object, body, ifNoneMatch: true }), ChecksumMismatch);
    }
    assert.equal(await store.head('wrong'), null);
  });

  test('a body that fails half-way stores nothing', async () => {
    const bytes = randomBytes(2000);
    const body = Readable.from(
      (async function* broken() {
        yield bytes.subarray(0, 1000);
        throw new Error('the caller hung up');
      })(),
    );
    const object = { key: 'half', contentLength: 2000, sha256Hex: sha256(bytes), contentType: 'audio/wav' };
    await assert.rejects(store.put({ ...object, body, ifNoneMatch: true }), { message: 'the caller hung up' });
    const gone = Readable.from([bytes]);
    gone.destroy();
    await assert.rejects(store.put({ ...object, body: gone, ifNoneMatch: true }), {
      code: 'ERR_STREAM_PREMATURE_CLOSE',
    });
    assert.equal(await store.head('half'), null);
  });

  test('what is not there is null; removing it is no error', async () => {
    assert.equal(await store.head('none'), null);
    assert.equal(await store.get('none'), null);
    await store.remove('none');
    await put('gone', randomBytes(10));
    await store.remove('gone');
    assert.equal(await store.head('gone'), null);
  });

  test('a presigned URL reads the object with the headers asked for, until it expires', async () => {
    const key = 'signed/a b+ü(1).wav';
    const bytes = randomBytes(5000);
    await put(key, bytes);
    const contentDisposition = 'attachment; filename="call 1.wav"';
    const url = await store.presignGet(key, { expiresInSeconds: 60, contentDisposition, contentType: 'audio/x-wav' });
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-disposition'), contentDisposition);
    assert.equal(answer.headers.get('content-type'), 'audio/x-wav');
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);

    const ranged = await fetch(url, { headers: { range: 'bytes=0-9' } });
    assert.equal(ranged.status, 206);
    assert.deepEqual(Buffer.from(await ranged.arrayBuffer()), bytes.subarray(0, 10));

    const expired = await store.presignGet(key, { expiresInSeconds: 1, signingDate: new Date(Date.now() - 60_000) });
    assert.equal((await fetch(expired)).status, 403);
    assert.equal((await fetch(url.replace('%281%29', '%282%29'))).status, 403);
  });

  test('wrong keys are told by ping, a lone key when it is configured', async () => {
    const wrong = createObjectStore(
      readConfig(s3Settings, { ...environment, TRUNKLINE_S3_SECRET_ACCESS_KEY: 'other' }),
      logger,
    );
    assert.equal(await wrong.ping(), false);
    wrong.close();
    assert.equal(await store.ping(), true);
    const lone = readConfig(s3Settings, { TRUNKLINE_S3_ACCESS_KEY_ID: 'x' });
    assert.throws(() => createObjectStore(lone, logger), ConfigError);
  });
});
