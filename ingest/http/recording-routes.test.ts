import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { topics } from '../../schemas/topics.ts';
import { type Ingest, keys, startIngest } from '../testing/in-memory-ingest.ts';
import { only } from '../testing/sources.ts';

const audio = Buffer.from('RIFF\u0010\0\0\0WAVEfmt some audio');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const put = async (ingest: Ingest, url: string, bytes: Buffer, headers: Record<string, string | undefined> = {}) => {
  const all = {
    'content-type': 'audio/wav',
    'x-api-key': keys.all,
    'x-content-sha256': sha256(bytes),
    ...headers,
  };
  const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return ingest.app.inject({ method: 'PUT', url, payload: bytes, headers: sent });
};

const failure = ({ statusCode, json }: Awaited<ReturnType<typeof put>>) => {
  const { error } = json<{ error: { code: string; details: { field: string }[] } }>();
  return [statusCode, error.code, error.details[0]?.field];
};

test('the ids of a call and a leg are read as those of their events are', async (t) => {
  const ingest = await startIngest(t);
  const answer = await put(ingest, '/v1/recordings/rec:1?call_key=%20cafe%CC%81%00&leg_id=%20&switch=pbx-1', audio);
  assert.equal(answer.statusCode, 201, answer.body);
  const event = only(ingest.events(), 'recording.uploaded');
  assert.deepEqual([event.call_key, event.leg_id], ['caf\u00e9', null]);
});

test('an encoded body is not kept as if it were audio', async (t) => {
  const ingest = await startIngest(t);
  const answer = await put(ingest, '/v1/recordings/rec:1?switch=pbx-1', audio, { 'content-encoding': 'gzip' });
  assert.deepEqual(failure(answer), [415, 'UNSUPPORTED_MEDIA_TYPE', 'content-encoding']);
  assert.equal(ingest.store.objects.size, 0);
});

test('audio is stored under its id, then told to whoever checks it', async (t) => {
  const ingest = await startIngest(t);
  const started = '2026-03-04T10%3A00%3A05.000555Z';
  const url = `/v1/recordings/rec:1?call_key=call-7&leg_id=leg-1&switch=pbx-1&started_at=${started}&call_started_at=2026-03-04T10%3A00%3A00Z`;
  const answer = await put(ingest, url, audio);
  assert.equal(answer.statusCode, 201, answer.body);
  assert.deepEqual(answer.json<{ data: unknown }>().data, {
    recording_id: 'rec:1',
    bytes: audio.length,
    sha256: sha256(audio),
    status: 'uploading',
  });
  const event = only(ingest.events(), 'recording.uploaded');
  const { object_key } = event.payload;
  assert.deepEqual(ingest.store.objects.get(object_key), audio);
  assert.deepEqual(
    { ...event.payload },
    {
      recording_id: 'rec:1',
      bucket: 'audio',
      object_key,
      format: 'wav',
      content_type: 'audio/wav',
      bytes: audio.length,
      sha256: sha256(audio),
      started_at: 1_772_618_405_000_555,
    },
  );
  assert.deepEqual(
    [event.tenant_id, event.call_key, event.leg_id, event.switch_id, event.call_started_at],
    ['acme', 'call-7', 'leg-1', 'pbx-1', 1_772_618_400_000_000],
  );
  assert.deepEqual(
    ingest.published.map(({ topic, key }) => [topic, key]),
    [[topics.recordingUploads, 'acme:rec:1']],
  );
});

test('the same bytes again are fine, and told again as the same event; other bytes are a conflict', async (t) => {
  const ingest = await startIngest(t);
  const url = '/v1/recordings/rec-1?switch=pbx-1';
  assert.equal((await put(ingest, url, audio)).statusCode, 201);
  assert.equal((await put(ingest, url, audio, { 'content-type': 'audio/mpeg' })).statusCode, 200);
  const other = Buffer.from('ID3 other audio');
  assert.deepEqual(failure(await put(ingest, url, other)), [409, 'RECORDING_CONFLICT', undefined]);
  assert.equal(ingest.store.objects.size, 1);
  assert.equal(new Set(ingest.events().map(({ event_id }) => event_id)).size, 1);
  assert.equal(ingest.published.length, 2);
});

test('bytes that are not those declared leave nothing', async (t) => {
  const ingest = await startIngest(t);
  const wrong = await put(ingest, '/v1/recordings/r?switch=s', audio, { 'x-content-sha256': sha256(Buffer.from('x')) });
  assert.deepEqual(failure(wrong), [422, 'CHECKSUM_MISMATCH', 'x-content-sha256']);
  assert.equal(ingest.store.objects.size + ingest.published.length, 0);
});

test('what an upload must say, and may not be', async (t) => {
  const ingest = await startIngest(t);
  const url = '/v1/recordings/r?switch=s';
  const send = async (at: string, headers: Record<string, string | undefined> = {}, bytes = audio) =>
    failure(await put(ingest, at, bytes, headers));
  assert.deepEqual(await send(url, { 'x-content-sha256': undefined }), [422, 'VALIDATION_ERROR', 'x-content-sha256']);
  assert.deepEqual(await send(url, { 'content-type': 'video/mp4' }), [415, 'UNSUPPORTED_MEDIA_TYPE', undefined]);
  assert.deepEqual(await send(url, {}, Buffer.alloc(1001)), [413, 'PAYLOAD_TOO_LARGE', undefined]);
  const told = async (path: string) => (await put(ingest, path, audio)).body;
  assert.match(await told('/v1/recordings/r'), /"is missing: name the switch with \?switch=NAME/);
  assert.match(await told('/v1/recordings/a%2Fb?switch=s'), /"must be 1 to 200 letters, digits and/);
  assert.deepEqual(await send('/v1/recordings/r'), [422, 'VALIDATION_ERROR', 'switch']);
  assert.deepEqual(await send('/v1/recordings/a%2Fb?switch=s'), [422, 'VALIDATION_ERROR', 'recording_id']);
  assert.deepEqual(await send('/v1/recordings/r?switch=pbx%E2%80%AE1'), [422, 'VALIDATION_ERROR', 'switch']);
  assert.deepEqual(await send('/v1/recordings/r?swich=s'), [422, 'VALIDATION_ERROR', 'swich']);
  assert.deepEqual(await send(`${url}&callkey=c`), [422, 'VALIDATION_ERROR', 'callkey']);
  assert.deepEqual(await send(`${url}&started_at=yesterday`), [422, 'VALIDATION_ERROR', 'started_at']);
  assert.deepEqual(await send(`${url}&started_at=1999-01-01T00:00:00Z`), [422, 'VALIDATION_ERROR', 'started_at']);
  assert.deepEqual(await send(url, { 'x-api-key': keys.reader }), [403, 'INSUFFICIENT_SCOPE', undefined]);
  assert.deepEqual(await send(url, { 'x-api-key': keys.bound }), [403, 'SWITCH_NOT_ALLOWED', 'switch']);
  assert.equal(ingest.store.objects.size + ingest.published.length, 0);
});
