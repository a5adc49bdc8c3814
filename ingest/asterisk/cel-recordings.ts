import type { Event } from '../../schemas/events.ts';
import { safeId } from '../recording-id.ts';
import { channelEvent, switchScoped } from './asterisk-event.ts';
import { type CelRow, detailText } from './cel-row.ts';

/** Only the start knows the file, so the id is made of what both rows have; rows without it tell nothing. */
const recordingId = (row: CelRow): string | null => {
  const monitor = detailText(row, 'mixmonitor_id');
  return monitor === '' ? null : safeId(`${switchScoped(row, row.uniqueId)}:${monitor}`);
};

export const recordingStarted = (row: CelRow): Event[] => {
  const recording_id = recordingId(row);
  const path = detailText(row, 'filename');
  if (recording_id === null || path === '') return [];
  const format = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  return [
    channelEvent(row, row, 'recording.started', { recording_id, path, format: format.slice(0, 16), channels: null }),
  ];
};

export const recordingStopped = (row: CelRow): Event[] => {
  const recording_id = recordingId(row);
  if (recording_id === null) return [];
  return [channelEvent(row, row, 'recording.stopped', { recording_id, path: '', duration_ms: null, reason: '' })];
};
