import type { Event } from '../../schemas/events.ts';
import { safeId } from '../recording-id.ts';
import { type Callback, hostedEvent, instantOf, secondsOf, textOf } from './callback.ts';

/** Call-backs of a recording: `RecordingStatus` in-progress, completed, absent, failed. */
export const recordingEvents = (callback: Callback): Event[] => {
  const { fields } = callback;
  const recording_id = safeId(textOf(fields, 'RecordingSid'));
  const path = textOf(fields, 'RecordingUrl');
  const channels = Number(textOf(fields, 'RecordingChannels')) || null;
  const startedAt = instantOf(textOf(fields, 'RecordingStartTime'));
  const begunAtUs = Number.isNaN(startedAt) ? callback.occurredAtUs : startedAt;
  const started = { recording_id, path, format: '', channels: channels === 1 || channels === 2 ? channels : null };
  switch (textOf(fields, 'RecordingStatus')) {
    case 'in-progress':
      return [hostedEvent(callback, 'recording.started', started, begunAtUs)];
    case 'completed':
      return [
        hostedEvent(callback, 'recording.started', started, begunAtUs),
        hostedEvent(callback, 'recording.stopped', {
          recording_id,
          path,
          duration_ms: secondsOf(fields, 'RecordingDuration'),
          reason: '',
        }),
      ];
    case 'absent':
    case 'failed':
      return [
        hostedEvent(callback, 'recording.failed', {
          recording_id,
          reason: 'absent',
          detail: textOf(fields, 'RecordingStatus'),
        }),
      ];
  }
  return [];
};

const outcomes = new Map([
  ['hangup', 'abandoned'],
  ['leave', 'withdrawn'],
  ['redirected', 'withdrawn'],
  ['error', 'failed'],
  ['system-error', 'failed'],
] as const);

/** A caller in a queue: while it waits (`QueuePosition`), as it is taken (`DequeingCallSid`) and as it left. */
export const queueEvents = (callback: Callback): Event[] => {
  const { fields, callId } = callback;
  const queue_id = textOf(fields, 'QueueSid').slice(0, 255);
  const visit = { visit_id: `${callId}:${queue_id}`.slice(0, 255), queue_id };
  const wait_ms = secondsOf(fields, 'QueueTime');
  const agent = textOf(fields, 'DequeingCallSid').slice(0, 255);
  if (agent !== '')
    return [
      hostedEvent(callback, 'queue.connected', {
        ...visit,
        agent_id: agent,
        agent_leg_id: agent,
        wait_ms,
        ring_ms: null,
      }),
    ];
  const result = textOf(fields, 'QueueResult');
  if (result === 'queue-full') return [hostedEvent(callback, 'queue.refused', { queue_id, reason: 'full' })];
  const outcome = (outcomes as ReadonlyMap<string, 'abandoned' | 'withdrawn' | 'failed'>).get(result);
  if (outcome !== undefined)
    return [hostedEvent(callback, 'queue.left', { ...visit, outcome, wait_ms, position: null })];
  const position = Number(textOf(fields, 'QueuePosition'));
  if (result !== '' || !Number.isSafeInteger(position) || position < 1) return [];
  const enteredAtUs = callback.occurredAtUs - (wait_ms ?? 0) * 1000;
  return [hostedEvent(callback, 'queue.entered', { ...visit, position, priority: null, origin: 'call' }, enteredAtUs)];
};
