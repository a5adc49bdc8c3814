import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { startEngines } from '../../deploy/testing/engines.ts';
import { Secret } from '../../runtime/config.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createObjectStore } from '../../runtime/s3.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { createTables } from '../listing/tables.ts';
import { apiClient } from '../testing/api-client.ts';
import { createDatabase } from '../testing/database.ts';
import { recordingRow, second, tenOClock } from '../testing/rows.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { createAudio } from './audio.ts';
import { createDownloadLinks } from './download-links.ts';
import { createRecordingReader } from './recording-reader.ts';

const engines = await startEngines({ clickhouse: true, s3: true });
const database = await createDatabase(engines.clickhouse);
const objects = createObjectStore(
  {
    s3Endpoint: engines.s3.endpoint,
    s3Region: engines.s3.region,
    s3Bucket: `query-api-${process.pid}`,
    s3AccessKeyId: engines.s3.accessKeyId,
    s3SecretAccessKey: new Secret(engines.s3.secretAccessKey),
    s3SessionToken: undefined,
    s3ForcePathStyle: undefined,
    s3TlsCaFile: undefined,
  },
  createLogger('test', 'silent'),
);
const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['recordings:read'] },
  globex: { tenantId: 'globex', scopes: ['*'] },
});
const tables = createTables(database.clickhouse, 10_000);
const audio = createAudio(objects);
const app = await testApp({
  directory: () => directory,
  recordings: createRecordingReader(tables),
  audio,
  links: createDownloadLinks(audio, tables, { expiresInSeconds: 60 }),
});
const acme = apiClient(app, secrets.acme);
const globex = apiClient(app, secrets.globex);

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
const sha256 = createHash('sha256').update(bytes).digest('hex');
const object_key = 'tenants/acme/recordings/a b+ü#1.wav';
const rows: RecordingRow[] = [
  recordingRow({ bytes: bytes.length, sha256, object_key }),
  recordingRow({
    recording_id: 'rec_2',
    status: 'failed',
    failure_reason: 'missing_object',
    started_at: tenOClock + 9 * second,
    duration_ms: null,
    bytes: null,
  }),
  recordingRow({
    recording_id: 'rec_3',
    direction: 'outbound',
    caller_number: '102',
    callee_number: '+49',
    started_at: tenOClock + 8 * second,
    duration_ms: 5000,
  }),
  recordingRow({
    recording_id: 'rec_4',
    call_id: '',
    call_key: '',
    direction: 'unknown',
    caller_number: '',
    callee_number: '',
    started_at: tenOClock + 7 * second,
    version: 0,
  }),
  recordingRow({ recording_id: 'rec_9', tenant_id: 'globex' }),
];

let address: string;
before(async () => {
  await objects.ensureBucket();
  await objects.put({
    key: object_key,
    body: Readable.from([bytes]),
    contentLength: bytes.length,
    sha256Hex: sha256,
    contentType: 'audio/wav',
    ifNoneMatch: true,
  });
  // Version 0 first, as the processors write it.
  await database.insert(
    'recordings',
    rows.map((row) => ({ ...row, version: 0, call_id: '', call_key: '', direction: 'unknown' as const })),
  );
  await database.insert('recordings', rows);
  await app.listen({ host: '127.0.0.1', port: 0 });
  address = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
after(async () => {
  await app.close();
  objects.close();
  await database.drop();
  await engines.stop();
});

describe('recordings', () => {
  const table: readonly [string, readonly string[]][] = [
    ['', ['rec_2', 'rec_3', 'rec_4', 'rec_1']],
    ['sort=oldest', ['rec_1', 'rec_4', 'rec_3', 'rec_2']],
    ['limit=1', ['rec_2', 'rec_3', 'rec_4', 'rec_1']],
    ['status=available', ['rec_3', 'rec_4', 'rec_1']],
    ['direction=outbound', ['rec_3']],
    ['extension=101', ['rec_2', 'rec_1']],
    ['extension=102', ['rec_3']],
    ['extension=%2B49', []],
    ['call_id=call-key-1&status=failed', ['rec_2']],
    [`call_id=${rows[0]?.call_id}&status=failed`, ['rec_2']],
    ['from=2026-01-20T10:00:08Z', ['rec_2', 'rec_3']],
    ['to=2026-01-20T10:00:08Z', ['rec_4', 'rec_1']],
    ['min_duration=6', ['rec_4', 'rec_1']],
    [`extension=${encodeURIComponent("' OR 1=1 --")}`, []],
  ];
  for (const [query, expected] of table) {
    test(`listed by ${query || 'nothing'}`, async () => {
      assert.deepEqual(
        (await acme.listAll(`/v1/recordings?${query}`)).map(({ id }) => id),
        expected,
      );
    });
  }

  test('are their own tenant’s only', async () => {
    assert.deepEqual(
      (await globex.listAll('/v1/recordings')).map(({ id }) => id),
      ['rec_9'],
    );
    for (const path of ['/v1/recordings/rec_1', '/v1/recordings/rec_1/download']) {
      assert.equal((await globex.get(path)).statusCode, 404);
    }
  });
});

describe('audio', () => {
  type Shown = { data: { download_url: string; download_url_expires_at: string } };
  const download = async (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${address}/v1/recordings/rec_1/download`, { method, headers: { 'x-api-key': secrets.acme, ...headers } });

  test('can be read by its link without a key, under a name', async () => {
    const { data } = (await acme.get('/v1/recordings/rec_1')).json<Shown>();
    const response = await fetch(data.download_url);
    assert.equal(response.status, 200);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), bytes);
    assert.equal(response.headers.get('content-disposition'), 'attachment; filename="rec_1.wav"');
    assert.equal(response.headers.get('content-type'), 'audio/wav');
    const left = Date.parse(data.download_url_expires_at) - Date.now();
    assert.ok(left > 0 && left <= 60_000, `${left} ms`);
  });

  test('a link to it is a link to nothing else', async () => {
    const { data } = (await acme.get('/v1/recordings/rec_1')).json<Shown>();
    assert.equal((await fetch(data.download_url.replace('1.wav', '2.wav'))).status, 403);
  });

  test('can be streamed whole and in parts', async () => {
    const whole = await download();
    assert.equal(whole.status, 200);
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
    const part = await download({ range: 'bytes=1000-250999' });
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, 'bytes 1000-250999/300000']);
    assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(1000, 251_000));
    assert.equal((await download({ range: 'bytes=300000-' })).status, 416);
    const head = await download({}, 'HEAD');
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, '300000']);
  });

  test('that the store has lost is said to be so', async () => {
    assert.equal((await acme.get('/v1/recordings/rec_3/download')).statusCode, 409);
  });
});
