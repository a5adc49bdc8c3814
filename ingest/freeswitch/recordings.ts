import type { Event } from '../../schemas/events.ts';
import { cleanText } from '../clean-text.ts';
import { recordingIdOf } from '../recording-id.ts';
import type { Channel } from './channel.ts';
import { countOf, type Headers, textOf } from './headers.ts';
import { canonicalEvent } from './native-event.ts';

const maxPathLength = 1024;

export const recordingStarted = ({ native, place }: Channel): Event[] => {
  const path = pathOf(native.headers);
  return [
    canonicalEvent(native, place, 'recording.started', native.stampUs, {
      recording_id: recordingIdOf(place.legId as string, path),
      path,
      format: formatOf(path),
      channels: textOf(native.headers, 'variable_RECORD_STEREO') === 'true' ? 2 : null,
    }),
  ];
};

export const recordingStopped = ({ native, place }: Channel): Event[] => {
  const path = pathOf(native.headers);
  return [
    canonicalEvent(native, place, 'recording.stopped', native.stampUs, {
      recording_id: recordingIdOf(place.legId as string, path),
      path,
      duration_ms: countOf(native.headers, 'variable_record_ms'),
      reason: cleanText(textOf(native.headers, 'Record-Completion-Cause')),
    }),
  ];
};

const pathOf = (headers: Headers): string => cleanText(textOf(headers, 'Record-File-Path'), maxPathLength);

const formatOf = (path: string): string => {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/')
    ? path
        .slice(dot + 1)
        .toLowerCase()
        .slice(0, 16)
    : '';
};
