import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeDeadLetter } from '../../schemas/dead-letters.ts';
import { contentHash, decodeEvent, encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import { processUploads, type UploadPorts } from './process-uploads.ts';
import type { AudioStore } from './stored-audio.ts';
import { wavFile } from './testing/audio-files.ts';
import { audioStore, batchOf, sha256Of, storedAt, tenOClock, uploadOf } from './testing/uploads.ts';

const audio = wavFile({ channels: 2, ms: 1500 });
const key = 'tenants/acme/recordings/rec_1.wav';
const stored = audioStore({ [key]: { bytes: audio } });

type Published = { readonly topic: string; readonly key: string; readonly value: Buffer };

/** Ports that note in which order things were done. */
const notedPorts = (audioAt: AudioStore) => {
  const rows: RecordingRow[] = [];
  const published: Published[] = [];
  const order: string[] = [];
  const ports: UploadPorts = {
    audio: audioAt,
    insertRecordings: async (given) => {
      rows.push(...given);
      order.push('row');
    },
    publish: async (messages) => {
      published.push(...messages);
      order.push(...messages.map(({ topic }) => topic));
    },
    onChecked: (outcome) => order.push(outcome),
  };
  return { ports, rows, published, order };
};

const eventIn = ({ value }: Published): Event => {
  const decoded = decodeEvent(value);
  assert.ok('event' in decoded);
  return decoded.event;
};

test('a stored upload: row first, then the call is told', async () => {
  const { ports, rows, published, order } = notedPorts(stored);
  await processUploads(ports, batchOf([uploadOf(audio)]));
  assert.deepEqual(order, ['row', 'call-events', 'stored']);
  const [row] = rows;
  assert.partialDeepStrictEqual(row, {
    tenant_id: 'acme',
    recording_id: 'rec_1',
    version: 0,
    call_id: '',
    call_key: 'call-key-1',
    status: 'available',
    failure_reason: '',
    duration_ms: 1500,
    channels: 2,
    bytes: audio.length,
    started_at: tenOClock,
  });
  const [message] = published;
  assert.ok(message);
  assert.equal(message.key, 'acme:call-key-1');
  const event = eventIn(message);
  assert.equal(event.type, 'recording.stored');
  assert.partialDeepStrictEqual(event, {
    tenant_id: 'acme',
    call_key: 'call-key-1',
    leg_id: 'leg-a',
    occurred_at: tenOClock + 80_000_000,
    payload: {
      recording_id: 'rec_1',
      object_key: key,
      duration_ms: 1500,
      channels: 2,
      bytes: audio.length,
      sha256: sha256Of(audio),
    },
  });
});

test('doing a batch again writes and says the same', async () => {
  const [first, second] = [notedPorts(stored), notedPorts(stored)];
  await processUploads(first.ports, batchOf([uploadOf(audio)]));
  await processUploads(second.ports, batchOf([uploadOf(audio)]));
  assert.deepEqual(second.rows, first.rows);
  assert.deepEqual(second.published, first.published);
});

/** As ingest tells of an upload that names no time. */
const receivedAt = (us: number) =>
  uploadOf(audio, { started_at: null }, { observed_at: us, occurred_at: us, occurred_precision: 'receipt' });

test('without a start the arrival of the audio counts', async () => {
  const { ports, rows } = notedPorts(stored);
  await processUploads(ports, batchOf([receivedAt(tenOClock)]));
  assert.equal(rows[0]?.started_at, storedAt);
});

test('the same bytes sent again later are the same recording, told in the same event', async () => {
  const { ports, rows, published } = notedPorts(stored);
  await processUploads(ports, batchOf([receivedAt(tenOClock)]));
  await processUploads(ports, batchOf([receivedAt(tenOClock + 3_600_000_000)]));
  assert.equal(rows[1]?.started_at, rows[0]?.started_at);
  const [first, again] = published.map(({ value }) => contentHash(value));
  assert.ok(first);
  assert.equal(again, first);
});

test('the time of the call, which the sender knew, holds against that of the arrival', async () => {
  const { ports, published } = notedPorts(stored);
  const times = { call_started_at: tenOClock, occurred_at: tenOClock, occurred_precision: 'receipt' } as const;
  await processUploads(ports, batchOf([uploadOf(audio, { started_at: null }, times)]));
  assert.ok(published[0]);
  assert.equal(eventIn(published[0]).occurred_at, tenOClock);
});

test('a recording of no known call is a row and nobody is told', async () => {
  const { ports, rows, published } = notedPorts(stored);
  await processUploads(ports, batchOf([uploadOf(audio, {}, { call_key: '' })]));
  assert.equal(rows.length, 1);
  assert.deepEqual(published, []);
});

const failures: readonly [string, AudioStore, string][] = [
  ['nothing stored', audioStore({}), 'missing_object'],
  ['fewer bytes stored', audioStore({ [key]: { bytes: audio.subarray(1) } }), 'checksum_mismatch'],
  ['other bytes stored', audioStore({ [key]: { bytes: Buffer.alloc(audio.length) } }), 'checksum_mismatch'],
  [
    'other bytes in a store that keeps no checksum',
    audioStore({ [key]: { bytes: Buffer.alloc(audio.length), sha256Hex: null } }),
    'checksum_mismatch',
  ],
];

for (const [name, store, reason] of failures) {
  test(`failed for good: ${name}`, async () => {
    const { ports, rows, published, order } = notedPorts(store);
    await processUploads(ports, batchOf([uploadOf(audio)]));
    assert.partialDeepStrictEqual(rows[0], { status: 'failed', failure_reason: reason, duration_ms: null });
    const [message] = published;
    assert.ok(message);
    const event = eventIn(message);
    assert.equal(event.type, 'recording.failed');
    assert.equal(event.payload.reason, reason);
    assert.deepEqual(order, ['row', 'call-events', 'failed']);
  });
}

test('the right bytes in a store that keeps no checksum', async () => {
  const { ports, rows } = notedPorts(audioStore({ [key]: { bytes: audio, sha256Hex: null } }));
  await processUploads(ports, batchOf([uploadOf(audio)]));
  assert.equal(rows[0]?.status, 'available');
});

test('a store that does not answer fails the batch, not the recording', async () => {
  const { ports, rows, published } = notedPorts({
    ...stored,
    head: async () => {
      throw new Error('503 Slow Down');
    },
  });
  await assert.rejects(processUploads(ports, batchOf([uploadOf(audio)])), /Slow Down/);
  assert.deepEqual([rows, published], [[], []]);
});

test('what is no upload goes to the dead letters with its bytes, and the rest of the batch goes on', async () => {
  const { ports, rows, published } = notedPorts(stored);
  const { payload: _upload, ...envelope } = uploadOf(audio);
  const other = encodeEvent({ ...envelope, type: 'call.ended', payload: { reason: '' } });
  const garbage = Buffer.from('not avro');
  await processUploads(ports, batchOf([garbage, other, uploadOf(audio, { bytes: -1 }), uploadOf(audio)]));
  assert.equal(rows.length, 1);
  const letters = published.filter(({ topic }) => topic === 'dead-letters').map(({ value }) => decodeDeadLetter(value));
  assert.deepEqual(
    letters.map(({ code, tenant_id, source }) => [code, tenant_id, source]),
    [
      ['UNDECODABLE', '', 'recording-uploads/3/0'],
      ['UNEXPECTED_TYPE', 'acme', 'recording-uploads/3/1'],
      ['OUT_OF_RANGE', 'acme', 'recording-uploads/3/2'],
    ],
  );
  assert.deepEqual(letters[0]?.raw, garbage);
});

test('more uploads than are checked side by side', async () => {
  const { ports, rows } = notedPorts(stored);
  const uploads = Array.from({ length: 20 }, (_, i) => uploadOf(audio, { recording_id: `rec_${i}` }));
  await processUploads(ports, batchOf(uploads));
  assert.deepEqual(
    rows.map((row) => row.recording_id),
    uploads.map(({ payload }) => payload.recording_id),
  );
});
