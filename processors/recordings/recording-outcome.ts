import type { EventOf } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';
import type { RecordingRow } from '../../schemas/rows.ts';
import type { Checked } from './stored-audio.ts';

export type Uploaded = EventOf<'recording.uploaded'>;
export type Outcome = EventOf<'recording.stored'> | EventOf<'recording.failed'>;

/**
 * The row of an uploaded recording before its call is known: version 0, so that whatever the calls processor writes
 * replaces it. Everything comes from the event, so a repetition writes the same row.
 */
export const toRow = ({ payload, ...event }: Uploaded, checked: Checked): RecordingRow => ({
  tenant_id: event.tenant_id,
  recording_id: payload.recording_id,
  version: 0,
  call_key: event.call_key,
  call_id: '',
  leg_id: event.leg_id ?? '',
  status: checked.stored ? 'available' : 'failed',
  failure_reason: checked.stored ? '' : checked.reason,
  started_at: payload.started_at ?? arrivalOf(event, checked),
  duration_ms: checked.stored ? checked.durationMs : null,
  format: payload.format,
  content_type: payload.content_type,
  channels: checked.stored ? checked.channels : null,
  bytes: payload.bytes,
  sha256: payload.sha256,
  bucket: payload.bucket,
  object_key: payload.object_key,
  direction: 'unknown',
  caller_number: '',
  callee_number: '',
  caller_name: '',
  queue_id: '',
  agent_id: '',
  updated_at: event.observed_at,
});

/**
 * When the audio came. The same bytes may be sent again, each time received later; the object is never replaced, so
 * what it says of itself is the same for all of them.
 */
const arrivalOf = (event: Pick<Uploaded, 'observed_at'>, checked: Checked): number =>
  checked.stored ? checked.storedAtUs : event.observed_at;

/** A time that the sender knew holds; one that ingest put in its place (of reception) is that of the arrival. */
const occurrenceOf = (uploaded: Omit<Uploaded, 'payload'>, checked: Checked): number =>
  uploaded.occurred_precision === 'receipt' && uploaded.call_started_at === null
    ? arrivalOf(uploaded, checked)
    : uploaded.occurred_at;

/** What the call is told of its recording: at the time of the upload, with an id that follows from the upload's. */
export const toOutcome = ({ payload: upload, ...uploaded }: Uploaded, checked: Checked): Outcome => {
  const envelope = (type: Outcome['type']) => ({
    ...uploaded,
    occurred_at: occurrenceOf(uploaded, checked),
    event_id: eventId(uploaded.switch_id, uploaded.boot_id, uploaded.event_id, type),
    native: { name: 'recordings-processor', id: uploaded.native.id, seq: null },
  });
  const { recording_id } = upload;
  if (!checked.stored) {
    const type = 'recording.failed';
    return { ...envelope(type), type, payload: { recording_id, reason: checked.reason, detail: checked.detail } };
  }
  const type = 'recording.stored';
  const payload = {
    recording_id,
    bucket: upload.bucket,
    object_key: upload.object_key,
    format: upload.format,
    content_type: upload.content_type,
    channels: checked.channels,
    duration_ms: checked.durationMs,
    bytes: upload.bytes,
    sha256: upload.sha256,
    started_at: upload.started_at,
  };
  return { ...envelope(type), type, payload };
};
