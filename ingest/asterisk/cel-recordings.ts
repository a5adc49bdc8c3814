import type { Event } from '../../schemas/events.ts';
import { safeId } from '../recording-id.ts';
import { celEvent, legIdOf } from './cel-event.ts';
import { type CelRow, extraText } from './cel-row.ts';

/** Only the start knows the file, so the id is made of what both rows have; rows without it tell nothing. */
const recordingId = (row: CelRow): string | null => {
  const monitor = extraText(row, 'mixmonitor_id');
  return monitor === '' ? null : safeId(`${legIdOf(row)}:${monitor}`);
};

export const recordingStarted = (row: CelRow): Event[] => {
  const recording_id = recordingId(row);
  const path = extraText(row, 'filename');
  if (recording_id === null || path === '') return [];
  const format = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return [celEvent(row, 'recording.started', { recording_id, path, format: format.slice(0, 16), channels: null })];
};

export const recordingStopped = (row: CelRow): Event[] => {
  const recording_id = recordingId(row);
  if (recording_id === null) return [];
  return [celEvent(row, 'recording.stopped', { recording_id, path: '', duration_ms: null, reason: '' })];
};
