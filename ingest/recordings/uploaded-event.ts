import type { Event } from '../../schemas/events.ts';
import { eventId } from '../../schemas/ids.ts';

export type Uploaded = {
  tenantId: string;
  switchId: string;
  recordingId: string;
  callKey: string;
  callStartedAtUs: number | null;
  legId: string | null;
  startedAtUs: number | null;
  observedAtUs: number;
  bucket: string;
  objectKey: string;
  format: string;
  contentType: string;
  bytes: number;
  sha256Hex: string;
};

/** Tells the recordings processor of audio to check. The same bytes under the same id are the same event. */
export const uploadedEvent = (uploaded: Uploaded): Event => ({
  observed_at: uploaded.observedAtUs,
  clock_offset_ms: null,
  event_id: eventId(uploaded.tenantId, 'upload', uploaded.recordingId, uploaded.sha256Hex, 'recording.uploaded'),
  tenant_id: uploaded.tenantId,
  switch_id: uploaded.switchId,
  switch_kind: 'other',
  boot_id: '',
  native: { name: 'upload', id: uploaded.recordingId, seq: null },
  call_key: uploaded.callKey,
  call_started_at: uploaded.callStartedAtUs,
  leg_id: uploaded.legId,
  other_leg_id: null,
  occurred_at: uploaded.startedAtUs ?? uploaded.callStartedAtUs ?? uploaded.observedAtUs,
  occurred_precision: uploaded.startedAtUs === null ? 'receipt' : 'us',
  extra: {},
  type: 'recording.uploaded',
  payload: {
    recording_id: uploaded.recordingId,
    bucket: uploaded.bucket,
    object_key: uploaded.objectKey,
    format: uploaded.format,
    content_type: uploaded.contentType,
    bytes: uploaded.bytes,
    sha256: uploaded.sha256Hex,
    started_at: uploaded.startedAtUs,
  },
});
