import { type Static, Type } from 'typebox';
import { instant, maybeInstant, maybeInteger, maybeText, orNull, textOrNull } from '../http/value-schemas.ts';
import type { Link } from './download-links.ts';
import { statuses } from './list-parameters.ts';
import type { RecordingFound, RecordingTold } from './recording-query.ts';
import { pauseBodies, Pauses, Transcription, transcriptionOf } from './transcription.ts';

const fields = {
  id: Type.String(),
  call_id: maybeText('Null until the call is known.'),
  call_uuid: maybeText('The switch’s own id of the call.'),
  leg_id: maybeText(),
  extension: maybeText('The tenant’s own side of the call.'),
  caller_id: maybeText('Number of the caller; null where withheld.'),
  callee_id: maybeText(),
  direction: Type.Enum(['inbound', 'outbound', 'internal', 'unknown']),
  started_at: instant(),
  duration_ms: maybeInteger(),
  duration_seconds: maybeInteger('`duration_ms` in whole seconds, rounded down.'),
  size_bytes: maybeInteger(),
  format: maybeText('As stored, for example wav.'),
  channels: maybeInteger(),
  bitrate: maybeInteger('Bits a second, on average.'),
  sha256: maybeText('Of the stored bytes, in hexadecimal.'),
  status: Type.Enum(['recording', 'uploading', ...statuses]),
  failure_reason: maybeText('Why there is no audio.'),
  call_details: orNull(
    Type.Object({ caller_name: maybeText(), queue_id: maybeText(), agent_id: maybeText() }),
    'From the call; null until it is known.',
  ),
  download_url: maybeText('Reads the audio without an API key until it expires; null where there is none.'),
  download_url_expires_at: maybeInstant(),
  updated_at: instant(),
};

/** A recording in a listing. */
export const RecordingSummary = Type.Object(fields, { title: 'RecordingSummary' });

/** A recording with what its call tells of it. */
export const Recording = Type.Object(
  { ...fields, ended_at: maybeInstant(), pauses: Pauses, transcription: Transcription },
  { title: 'Recording' },
);

export const recordingDetail = (
  row: RecordingFound,
  told: RecordingTold,
  link: Link | null,
): Static<typeof Recording> => ({
  ...recordingBody(row, link),
  ended_at: told.recording_times[0]?.ended_at ?? null,
  pauses: pauseBodies(told.recording_times[0]?.pauses ?? []),
  transcription: transcriptionOf(told.transcripts),
});

export const recordingBody = (row: RecordingFound, link: Link | null): Static<typeof RecordingSummary> => ({
  id: row.recording_id,
  call_id: textOrNull(row.call_id),
  call_uuid: textOrNull(row.call_key),
  leg_id: textOrNull(row.leg_id),
  extension: extensionOf(row),
  caller_id: textOrNull(row.caller_number),
  callee_id: textOrNull(row.callee_number),
  direction: row.direction,
  started_at: row.started_at,
  duration_ms: row.duration_ms,
  duration_seconds: row.duration_ms === null ? null : Math.floor(row.duration_ms / 1000),
  size_bytes: row.bytes,
  format: textOrNull(row.format),
  channels: row.channels,
  bitrate: bitrateOf(row),
  sha256: textOrNull(row.sha256),
  status: row.status,
  failure_reason: textOrNull(row.failure_reason),
  call_details:
    row.call_id === ''
      ? null
      : {
          caller_name: textOrNull(row.caller_name),
          queue_id: textOrNull(row.queue_id),
          agent_id: textOrNull(row.agent_id),
        },
  download_url: link?.url ?? null,
  download_url_expires_at: link?.expiresAt ?? null,
  updated_at: row.updated_at,
});

const extensionOf = ({ direction, caller_number, callee_number }: RecordingFound): string | null => {
  switch (direction) {
    case 'inbound':
      return textOrNull(callee_number);
    case 'outbound':
    case 'internal':
      return textOrNull(caller_number);
    case 'unknown':
      return null;
  }
};

const bitrateOf = ({ bytes, duration_ms }: RecordingFound): number | null =>
  bytes === null || duration_ms === null || duration_ms === 0 ? null : Math.round((bytes * 8000) / duration_ms);
