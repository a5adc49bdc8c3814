import type { RecordingTimesRow } from '../../../schemas/call-row.ts';
import type { Leg } from './legs.ts';
import { pausesUntil } from './recording-pauses.ts';
import type { Recording } from './recordings.ts';
import { toMs } from '../../../runtime/spans.ts';

export type CallOfRecordings = {
  readonly ended: boolean;
  readonly legs: ReadonlyMap<string, Leg>;
};

/** A recording with when it ended: by its stop, else with the last leg of its call; null while it goes on. */
export type SettledRecording = Recording & { readonly endedAt: number | null };

/** What the call's end says of its recordings, where their own events leave it open. */
export const settleRecordings = (recordings: readonly Recording[], call: CallOfRecordings): SettledRecording[] =>
  recordings.map((recording) => settle(recording, call));

const settle = (recording: Recording, call: CallOfRecordings): SettledRecording => {
  const endedAt = recording.stoppedAt ?? (call.ended ? lastLegEnd(recording, call.legs) : null);
  const settled = { ...recording, endedAt, pauses: pausesUntil(recording.pauses, endedAt) };
  if (isWithoutAudio(recording, call))
    return { ...settled, status: 'absent', failureReason: 'absent', durationMs: null };
  if (call.ended && settled.status === 'recording') settled.status = 'uploading';
  // Between its stop and the file the time without the pauses is the best that is known.
  if (settled.durationMs === null && recording.stoppedAt !== null) settled.durationMs = audioMs(settled);
  return settled;
};

const lastLegEnd = ({ startedAt }: Recording, legs: ReadonlyMap<string, Leg>): number => {
  let last = startedAt;
  for (const { endedAt } of legs.values()) last = Math.max(last, endedAt ?? last);
  return last;
};

/** A recorder that was started on a call which nobody and nothing answered, or which wrote nothing, made no file. */
const isWithoutAudio = ({ status, sha256, durationMs }: Recording, { ended, legs }: CallOfRecordings): boolean => {
  if (sha256 !== '' || (status !== 'recording' && status !== 'uploading')) return false;
  if (durationMs !== null) return durationMs === 0;
  return ended && ![...legs.values()].some(({ answeredAt }) => answeredAt !== null);
};

const audioMs = ({ startedAt, endedAt, pauses }: SettledRecording): number | null => {
  if (endedAt === null || endedAt < startedAt) return null;
  const paused = pauses.reduce((sum, { from, to }) => sum + ((to ?? endedAt) - from), 0);
  return toMs(endedAt - startedAt - paused);
};

/** The times of the recordings that their rows do not hold. */
export const recordingTimes = (recordings: readonly SettledRecording[]): RecordingTimesRow[] =>
  recordings.map(({ id, endedAt, pauses }) => ({ recording_id: id, ended_at: endedAt, pauses }));
