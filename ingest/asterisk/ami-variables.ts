import { unknownQueueId } from '../../schemas/queues.ts';
import { recordingIdOf, safeId } from '../recording-id.ts';
import { type AmiEvent, amiText } from './ami-event.ts';
import { type AmiReader, ofChannel } from './ami-reader.ts';
import { channelEvent, switchScoped } from './asterisk-event.ts';
import { leaveOutcomes } from './asterisk-queues.ts';
import type { Channel } from './channel-facts.ts';

const maxPathLength = 1024;

/** MixMonitor's own events do not name the file, so the recording is told by the variable that it sets. */
const recordingStarted = (event: AmiEvent, channel: Channel) => {
  const path = amiText(event.fields, 'Value', maxPathLength);
  if (path === '') return [];
  const dot = path.lastIndexOf('.');
  return [
    channelEvent(event, channel, 'recording.started', {
      recording_id: safeId(`${event.switchId}:${recordingIdOf(channel.uniqueId, path)}`),
      path,
      format: dot > path.lastIndexOf('/') ? path.slice(dot + 1, dot + 17).toLowerCase() : '',
      channels: null,
    }),
  ];
};

/** Why a caller left a queue, of whichever queue that was: the variable does not say. */
const queueLeft = (event: AmiEvent, channel: Channel) => {
  const outcome = leaveOutcomes.get(amiText(event.fields, 'Value'));
  if (outcome === undefined) return [];
  const visit = { visit_id: switchScoped(event, channel.uniqueId), queue_id: unknownQueueId };
  return [channelEvent(event, channel, 'queue.left', { ...visit, outcome, wait_ms: null, position: null })];
};

const variables = new Map([
  ['MIXMONITOR_FILENAME', recordingStarted],
  ['QUEUESTATUS', queueLeft],
]);

/** A dialplan sets hundreds of variables, with whatever in them: only these are read. */
export const isTellingVariable = (name: string): boolean => variables.has(name);

export const variableSet: AmiReader = ofChannel(
  (event, channel) => variables.get(amiText(event.fields, 'Variable'))?.(event, channel) ?? [],
);
