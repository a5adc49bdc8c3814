import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Compile } from 'typebox/compile';
import type { App } from '../../runtime/http/app.ts';
import { fixedLinks, memoryAudio, memoryRecordings, recordingFound } from '../testing/memory-readers.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { Recording, RecordingSummary } from './recording-body.ts';
import type { RecordingTold } from './recording-query.ts';

const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['recordings:read'] },
  globex: { tenantId: 'globex', scopes: ['recordings:read'] },
  reader: { tenantId: 'acme', scopes: ['calls:read'] },
});

const bytes = Buffer.from(Array.from({ length: 100 }, (_, at) => at));
const stored = recordingFound({ bytes: bytes.length, duration_ms: 1999 });
const failed = recordingFound({
  recording_id: 'rec_2',
  status: 'failed',
  failure_reason: 'checksum_mismatch',
  bytes: null,
});
const lost = recordingFound({ recording_id: 'rec_3', object_key: 'gone' });
const callless = recordingFound({
  recording_id: 'rec_4',
  call_id: '',
  call_key: '',
  direction: 'unknown',
  caller_number: '',
  callee_number: '',
});

const told: RecordingTold = {
  recording_times: [
    {
      recording_id: 'rec_1',
      ended_at: '2026-01-20T10:01:02.000000Z',
      pauses: [{ from: '2026-01-20T10:00:10.000000Z', to: null, reason: 'card data' }],
    },
  ],
  transcripts: [
    { recording_id: 'rec_1', at: '2026-01-20T10:02:00.000000Z', language: 'en', text: 'Good day' },
    { recording_id: 'rec_1', at: '2026-01-20T10:03:00.000000Z', language: 'de', text: 'Guten Tag' },
  ],
};

let app: App;
before(async () => {
  app = await testApp({
    directory: () => directory,
    recordings: memoryRecordings([stored, failed, lost, callless], told),
    audio: memoryAudio({ [stored.object_key]: bytes }),
    links: fixedLinks,
  });
});
after(async () => app.close());

const ask = async (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  app.inject({ method, url, headers: { 'x-api-key': secrets.acme, ...headers } });
const codeOf = (response: { json: () => { error: { code: string } } }): string => response.json().error.code;

test('recordings are shown as their schema says', async () => {
  const { data } = (await ask('/v1/recordings')).json<{ data: Record<string, unknown>[] }>();
  const validator = Compile(RecordingSummary);
  for (const recording of data) assert.deepEqual(validator.Errors(recording), []);
  assert.partialDeepStrictEqual(data, [
    {
      id: 'rec_1',
      call_id: stored.call_id,
      call_uuid: 'call-key-1',
      extension: '101',
      caller_id: '+442071111111',
      callee_id: '101',
      direction: 'inbound',
      duration_seconds: 1,
      size_bytes: 100,
      status: 'available',
      failure_reason: null,
      download_url: `http://s3/${stored.object_key}`,
      download_url_expires_at: '2026-01-20T10:05:00.000000Z',
      call_details: { caller_name: 'Ann', queue_id: null, agent_id: null },
    },
    {
      id: 'rec_2',
      status: 'failed',
      failure_reason: 'checksum_mismatch',
      download_url: null,
      download_url_expires_at: null,
    },
    { id: 'rec_3' },
    { id: 'rec_4', call_id: null, call_uuid: null, extension: null, caller_id: null, call_details: null },
  ]);
});

test('one recording tells its pauses and what was said', async () => {
  const { data } = (await ask('/v1/recordings/rec_1')).json<{ data: Record<string, unknown> }>();
  assert.deepEqual(Compile(Recording).Errors(data), []);
  assert.partialDeepStrictEqual(data, {
    id: 'rec_1',
    ended_at: '2026-01-20T10:01:02.000000Z',
    pauses: [{ started_at: '2026-01-20T10:00:10.000000Z', ended_at: null, reason: 'card data' }],
    transcription: { status: 'completed', text: 'Guten Tag', language: 'de' },
  });
});

test('a recording is not there for another tenant', async () => {
  for (const path of ['/v1/recordings/rec_1', '/v1/recordings/rec_1/download']) {
    assert.equal((await ask(path)).statusCode, 200);
    assert.equal((await ask(path, { 'x-api-key': secrets.globex })).statusCode, 404);
  }
});

test('who may read calls may not hear them', async () => {
  for (const path of ['/v1/recordings', '/v1/recordings/rec_1', '/v1/recordings/rec_1/download']) {
    assert.equal((await ask(path, { 'x-api-key': secrets.reader })).statusCode, 403);
  }
});

describe('a download', () => {
  const url = '/v1/recordings/rec_1/download';
  const etag = `"${stored.sha256}"`;

  test('gives the bytes as they are stored, to be saved under a name', async () => {
    const { statusCode, headers, rawPayload } = await ask(`${url}?format=wav`);
    assert.equal(statusCode, 200);
    assert.deepEqual(rawPayload, bytes);
    assert.partialDeepStrictEqual(headers, {
      'content-type': 'audio/wav',
      'content-length': '100',
      'accept-ranges': 'bytes',
      etag,
      'content-disposition': 'attachment; filename="rec_1.wav"',
      'cache-control': 'private, no-cache',
    });
  });

  const ranges: readonly [string, number, number][] = [
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=-10', 90, 99],
    ['bytes=50-', 50, 99],
  ];
  for (const [range, first, last] of ranges) {
    test(`range ${range}`, async () => {
      const { statusCode, headers, rawPayload } = await ask(url, { range });
      assert.equal(statusCode, 206);
      assert.equal(headers['content-range'], `bytes ${first}-${last}/100`);
      assert.equal(headers['content-length'], String(last - first + 1));
      assert.deepEqual(rawPayload, bytes.subarray(first, last + 1));
    });
  }

  test('a range beyond the end', async () => {
    const response = await ask(url, { range: 'bytes=100-' });
    assert.deepEqual(
      [response.statusCode, codeOf(response), response.headers['content-range']],
      [416, 'RANGE_NOT_SATISFIABLE', 'bytes */100'],
    );
  });

  test('a range of other bytes than the client has begun with gives the whole', async () => {
    assert.equal((await ask(url, { range: 'bytes=0-1', 'if-range': etag })).statusCode, 206);
    assert.equal((await ask(url, { range: 'bytes=0-1', 'if-range': '"other"' })).statusCode, 200);
  });

  test('nothing is sent to a client that has it already', async () => {
    const response = await ask(url, { 'if-none-match': etag });
    assert.deepEqual([response.statusCode, response.body], [304, '']);
  });

  test('HEAD tells the size without the bytes', async () => {
    const response = await ask(url, {}, 'HEAD');
    assert.deepEqual([response.statusCode, response.headers['content-length'], response.body], [200, '100', '']);
    const part = await ask(url, { range: 'bytes=0-9' }, 'HEAD');
    assert.deepEqual([part.statusCode, part.headers['content-length']], [206, '10']);
  });

  test('another format is refused with the one there is', async () => {
    const response = await ask(`${url}?format=mp3`);
    assert.deepEqual([response.statusCode, codeOf(response)], [422, 'FORMAT_NOT_AVAILABLE']);
    assert.match(response.body, /stored as wav/);
    assert.equal(codeOf(await ask(`${url}?format=ogg`)), 'VALIDATION_ERROR');
  });

  test('what is not stored is a conflict that says why', async () => {
    const response = await ask('/v1/recordings/rec_2/download');
    assert.deepEqual([response.statusCode, codeOf(response)], [409, 'RECORDING_NOT_AVAILABLE']);
    assert.match(response.body, /There is no (usable )?audio/);
    assert.doesNotMatch(response.body, /the recording is \w+\."/);
    assert.match(response.body, /is failed/);
    assert.equal((await ask('/v1/recordings/rec_3/download')).statusCode, 409);
  });
});
