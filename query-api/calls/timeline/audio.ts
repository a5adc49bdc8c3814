import { microsFromIso } from '../../../schemas/event-json.ts';
import type { CallDetailRow } from '../call-columns.ts';
import { type Span, spanOf } from './spans.ts';

/** The audio of a recording on the call's clock. */
export type Audio = Span & {
  readonly recordingId: string;
  /** Stretches of the call that are not in the audio, in order. */
  readonly gaps: readonly Span[];
};

const withoutAudio = new Set(['absent', 'failed', 'deleted']);

/** The audio that there is, or will be, of a recording; none where there is none. */
export const audioOf = (
  recording: CallDetailRow['recordings'][number],
  times: CallDetailRow['recording_times'],
  until: number,
): Audio[] => {
  if (recording.started_at === null || withoutAudio.has(recording.status)) return [];
  const told = times.find(({ recording_id }) => recording_id === recording.recording_id);
  const from = microsFromIso(recording.started_at);
  const pauses = (told?.pauses ?? []).map((pause) => spanOf(pause, until));
  const pausedUs = pauses.reduce((sum, pause) => sum + pause.to - pause.from, 0);
  const durationUs = recording.duration_ms === null ? null : recording.duration_ms * 1000;
  const endedAt = told?.ended_at ?? null;
  const to = endedAt !== null ? microsFromIso(endedAt) : durationUs === null ? until : from + durationUs + pausedUs;
  const isSilenced = durationUs !== null && isPauseSilent(to - from, pausedUs, durationUs);
  return [{ recordingId: recording.recording_id, from, to, gaps: isSilenced ? [] : pauses }];
};

/** Some switches leave a pause out of the audio, others put silence there: the length of the audio tells which. */
const isPauseSilent = (wallUs: number, pausedUs: number, durationUs: number): boolean =>
  Math.abs(durationUs - wallUs) < Math.abs(durationUs - (wallUs - pausedUs));

/** Where in the audio (ms) the first is that was recorded within the limits; null where nothing was. */
export const audioOffsetMs = ({ from, to, gaps }: Audio, start: number, end: number): number | null => {
  let at = Math.max(start, from);
  let cutUs = 0;
  for (const gap of gaps) {
    if (gap.from > at) break;
    cutUs += Math.min(gap.to, at) - gap.from;
    if (gap.to > at) {
      cutUs += gap.to - at;
      at = gap.to;
    }
  }
  return at < Math.min(end, to) ? Math.round((at - from - cutUs) / 1000) : null;
};
