import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { RecordBatch } from '../../../runtime/kafka.ts';
import { encodeEvent } from '../../../schemas/event-codec.ts';
import type { RecordingUploaded } from '../../../schemas/payloads.ts';
import type { Uploaded } from '../recording-outcome.ts';
import type { AudioStore } from '../stored-audio.ts';

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** 2026-01-20T10:00:00Z in µs. */
export const tenOClock = Date.UTC(2026, 0, 20, 10) * 1000;

/** When the objects of `audioStore` were stored. */
export const storedAt = tenOClock + 91_000_000;

/** The event of an upload of these bytes. */
export const uploadOf = (
  audio: Buffer,
  payload: Partial<RecordingUploaded> = {},
  envelope: Partial<Omit<Uploaded, 'payload' | 'type'>> = {},
): Uploaded => ({
  observed_at: tenOClock + 90_000_000,
  clock_offset_ms: null,
  event_id: '5b1c7f0e-0000-5000-8000-000000000001',
  tenant_id: 'acme',
  switch_id: 'pbx1',
  switch_kind: 'freeswitch',
  boot_id: 'boot-1',
  native: { name: 'upload', id: 'rec_1', seq: null },
  call_key: 'call-key-1',
  call_started_at: null,
  leg_id: 'leg-a',
  other_leg_id: null,
  occurred_at: tenOClock + 80_000_000,
  occurred_precision: 'us',
  extra: {},
  ...envelope,
  type: 'recording.uploaded',
  payload: {
    recording_id: 'rec_1',
    bucket: 'trunkline',
    object_key: 'tenants/acme/recordings/rec_1.wav',
    format: 'wav',
    content_type: 'audio/wav',
    bytes: audio.length,
    sha256: sha256Of(audio),
    started_at: tenOClock,
    ...payload,
  },
});

/** A store that holds these objects in memory; checksums are as the test says, those of the bytes where it does not. */
export const audioStore = (
  objects: Readonly<Record<string, { readonly bytes: Buffer; readonly sha256Hex?: string | null }>>,
): AudioStore => ({
  head: async (key) => {
    const object = objects[key];
    if (object === undefined) return null;
    const sha256Hex = object.sha256Hex === undefined ? sha256Of(object.bytes) : object.sha256Hex;
    return { bytes: object.bytes.length, sha256Hex, contentType: 'audio/wav', lastModified: new Date(storedAt / 1000) };
  },
  get: async (key, range) => {
    const object = objects[key];
    if (object === undefined) return null;
    const end = range === undefined ? object.bytes.length : Number(range.split('-')[1]) + 1;
    const part = object.bytes.subarray(0, end);
    return { body: Readable.from([part]), bytes: part.length, contentType: 'audio/wav', contentRange: range ?? null };
  },
});

/** A batch of the topic as it would be read from Kafka. */
export const batchOf = (values: readonly (Buffer | Uploaded)[]): RecordBatch => ({
  topic: 'recording-uploads',
  partition: 3,
  highWatermark: String(values.length),
  messages: values.map((value, offset) => ({
    offset: String(offset),
    key: null,
    value: Buffer.isBuffer(value) ? value : encodeEvent(value),
    timestampMs: 1_768_903_200_000,
    headers: {},
  })),
});
