import type { CallRow } from '../../../schemas/call-row.ts';
import type { RecordingRow } from '../../../schemas/rows.ts';
import type { Recording } from './recordings.ts';

/**
 * The rows of a call's recordings, with the facts of the call that recordings are listed by. A recording that is still
 * being made has none yet: its audio may have come without a call, and that row must not be superseded by one that
 * knows of no audio. Nor has one that only the call's end says is absent: made of a part of the events that row would
 * stay when the others show a call that was answered.
 */
export const toRecordingRows = (call: CallRow, recordings: readonly Recording[]): RecordingRow[] => {
  const visit = call.queue_visits.findLast(({ outcome }) => outcome === 'answered') ?? call.queue_visits.at(-1);
  const isHidden = call.caller_presentation === 'restricted';
  return recordings.filter(isSettled).map((recording) => ({
    tenant_id: call.tenant_id,
    recording_id: recording.id,
    version: call.version,
    call_key: call.call_key,
    call_id: call.call_id,
    leg_id: recording.legId,
    status: recording.status,
    failure_reason: recording.status === 'failed' || recording.status === 'absent' ? recording.failureReason : '',
    started_at: recording.startedAt,
    duration_ms: recording.durationMs,
    format: recording.format,
    content_type: recording.contentType,
    channels: recording.channels,
    bytes: recording.bytes,
    sha256: recording.sha256,
    bucket: recording.bucket,
    object_key: recording.objectKey,
    direction: call.direction,
    caller_number: isHidden ? '' : call.caller_number,
    callee_number: call.callee_number,
    caller_name: isHidden ? '' : call.caller_name,
    queue_id: visit?.queue_id ?? '',
    agent_id: visit?.agent_id ?? '',
    updated_at: call.updated_at,
  }));
};

const isSettled = ({ status }: Recording): boolean => status !== 'recording' && status !== 'uploading';
