import type { PauseRow, RecordingStatus } from '../../../schemas/call-row.ts';
import type { RecordingStored, RecordingUploaded } from '../../../schemas/payloads.ts';
import type { RecordingFailure } from '../../../schemas/vocabulary.ts';
import type { Facets, RecordingEvent } from './facets.ts';
import { pauseAt, resumeAt } from './recording-pauses.ts';
import { instantOrNull, unsignedOrNull } from './sane.ts';
import { byText } from './text-order.ts';

/** What a call's events tell of one recording. */
export type Recording = {
  id: string;
  status: RecordingStatus;
  legId: string;
  startedAt: number;
  stoppedAt: number | null;
  pauses: PauseRow[];
  durationMs: number | null;
  /** By the file itself, which goes before what the switch told, whichever was told first. */
  fileMs: number | null;
  format: string;
  contentType: string;
  channels: number | null;
  bytes: number | null;
  sha256: string;
  bucket: string;
  objectKey: string;
  failureReason: RecordingFailure | '';
};

/** Later states hold against earlier ones whatever their order in time: what is stored is no longer missing. */
const rank: Readonly<Record<RecordingStatus, number>> = {
  recording: 0,
  uploading: 1,
  absent: 2,
  failed: 2,
  available: 3,
  deleted: 4,
};

/** A call's recordings by their beginning, as the events tell them. */
export const foldRecordings = ({ recordings }: Facets): Recording[] => {
  const known = new Map<string, Recording>();
  for (const event of recordings) {
    const id = event.payload.recording_id;
    const recording = known.get(id) ?? newRecording(id, event);
    known.set(id, recording);
    recording.legId ||= event.leg_id ?? '';
    foldRecording(recording, event);
  }
  return [...known.values()].sort((a, b) => a.startedAt - b.startedAt || byText(a.id, b.id));
};

const newRecording = (id: string, event: RecordingEvent): Recording => ({
  id,
  status: 'recording',
  legId: '',
  startedAt: startOf(event) ?? event.occurred_at,
  stoppedAt: null,
  pauses: [],
  durationMs: null,
  fileMs: null,
  format: '',
  contentType: '',
  channels: null,
  bytes: null,
  sha256: '',
  bucket: '',
  objectKey: '',
  failureReason: '',
});

const startOf = (event: RecordingEvent): number | null =>
  event.type === 'recording.stored' || event.type === 'recording.uploaded'
    ? instantOrNull(event.payload.started_at)
    : null;

const reach = (recording: Recording, status: RecordingStatus): void => {
  if (rank[status] > rank[recording.status]) recording.status = status;
};

const foldRecording = (recording: Recording, event: RecordingEvent): void => {
  switch (event.type) {
    case 'recording.started':
      if (recording.stoppedAt !== null) goOn(recording, recording.stoppedAt, event.occurred_at);
      recording.format ||= event.payload.format;
      recording.channels ??= unsignedOrNull(event.payload.channels, 8);
      return;
    case 'recording.paused':
      pauseAt(recording.pauses, event.occurred_at, event.payload.reason);
      return;
    case 'recording.resumed':
      resumeAt(recording.pauses, event.occurred_at);
      return;
    case 'recording.stopped':
      reach(recording, 'uploading');
      recording.stoppedAt = event.occurred_at;
      recording.durationMs = recording.fileMs ?? longer(recording.durationMs, event.payload.duration_ms);
      return;
    case 'recording.uploaded':
      reach(recording, 'uploading');
      foldUpload(recording, event.payload);
      return;
    case 'recording.stored':
      reach(recording, 'available');
      foldStored(recording, event.payload);
      return;
    case 'recording.failed':
      reach(recording, event.payload.reason === 'absent' ? 'absent' : 'failed');
      recording.failureReason = event.payload.reason;
      return;
    case 'recording.deleted':
      reach(recording, 'deleted');
      return;
  }
};

/** Some switches pause by stopping, and go on by starting again with the same file. */
const goOn = (recording: Recording, stoppedAt: number, at: number): void => {
  pauseAt(recording.pauses, stoppedAt, '');
  resumeAt(recording.pauses, at);
  recording.stoppedAt = null;
  if (recording.status === 'uploading' && recording.sha256 === '') recording.status = 'recording';
};

/** One file that was stopped and begun again is told at each stop how long it is by then. */
const longer = (known: number | null, told: number | null): number | null => {
  const next = unsignedOrNull(told, 53);
  return next === null || known === null ? (next ?? known) : Math.max(known, next);
};

/** What the uploader said of the file holds until somebody looked into it. */
const foldUpload = (recording: Recording, payload: RecordingUploaded): void => {
  recording.format ||= payload.format;
  recording.contentType ||= payload.content_type;
  recording.bytes ??= unsignedOrNull(payload.bytes, 53);
  recording.sha256 ||= payload.sha256;
  recording.bucket ||= payload.bucket;
  recording.objectKey ||= payload.object_key;
};

const foldStored = (recording: Recording, payload: RecordingStored): void => {
  recording.format = payload.format || recording.format;
  recording.contentType = payload.content_type;
  recording.bytes = unsignedOrNull(payload.bytes, 53);
  recording.sha256 = payload.sha256;
  recording.bucket = payload.bucket;
  recording.objectKey = payload.object_key;
  recording.fileMs = unsignedOrNull(payload.duration_ms, 53) ?? recording.fileMs;
  recording.durationMs = recording.fileMs ?? recording.durationMs;
  recording.channels = unsignedOrNull(payload.channels, 8) ?? recording.channels;
};
