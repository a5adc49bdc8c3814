import { isoFromMicros } from '../../../schemas/event-json.ts';
import { table } from '../../../runtime/text-table.ts';
import type { CallDetailRow } from '../call-columns.ts';
import type { Entry } from './timeline.ts';
import { wordsOf } from './words.ts';

/** A timeline as a page of text, for people. */
export const timelineText = (row: CallDetailRow, entries: readonly Entry[], truncated: boolean): string => {
  const isHeard = entries.some(({ audio }) => audio.length > 0);
  const heading = ['offset', 'UTC', 'the call is', ...(isHeard ? ['audio from'] : [])];
  const lines = entries.map((entry) => [
    clock(entry.offsetMs),
    isoFromMicros(entry.from).slice(11, 23),
    wordsOf(entry, row),
    ...(isHeard
      ? [entry.audio.map(({ recordingId, offsetMs }) => `${recordingId} ${clock(offsetMs)}`).join(', ')]
      : []),
  ]);
  const rest = truncated ? '… and more, which is not shown\n' : '';
  return `${headOf(row)}\n\n${table(heading, lines)}\n${rest}`;
};

const headOf = (row: CallDetailRow): string => {
  const caller = row.caller_presentation === 'restricted' ? 'withheld' : row.caller_number || 'unknown';
  const callee = row.callee_number || row.dialled_number || 'nobody';
  const started = `${row.started_at.slice(0, 10)} ${row.started_at.slice(11, 23)} UTC`;
  const spans = `talked ${clock(row.talk_ms)}, on hold ${clock(row.hold_ms)}, waited ${clock(row.wait_ms)}`;
  return `${row.call_id}\n${row.direction} call from ${caller} to ${callee}, ${row.disposition}\n${started}, ${clock(row.duration_ms)} long: ${spans}`;
};

/** `0:03.250`, `1:02:03.250`. */
const clock = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${String(seconds % 60).padStart(2, '0')}.${String(ms % 1000).padStart(3, '0')}`;
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
};
