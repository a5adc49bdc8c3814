import { encodeEvent } from '../schemas/event-codec.ts';
import type { Event } from '../schemas/events.ts';
import { callEventKey, topics } from '../schemas/topics.ts';

/** A message for Kafka. */
export type Message = { topic: string; key: string; value: Buffer };

/** Resolves when every message is safe: acknowledged by all replicas, or on this machine's disk. */
export type Publish = (messages: readonly Message[]) => Promise<void>;

export const eventMessage = (event: Event): Message => ({ ...destinationOf(event), value: encodeEvent(event) });

/** Topic and key of an event. */
export const destinationOf = (event: Event): { topic: string; key: string } => {
  switch (event.type) {
    case 'agent.logged_in':
    case 'agent.logged_out':
    case 'agent.queue_joined':
    case 'agent.queue_left':
    case 'agent.paused':
    case 'agent.unpaused':
    case 'agent.wrap_started':
    case 'agent.wrap_ended':
    case 'agent.snapshot':
      return { topic: topics.agentEvents, key: `${event.tenant_id}:${event.payload.agent_id}` };
    case 'switch.started':
    case 'switch.heartbeat':
    case 'switch.channels':
    case 'adapter.gap':
      return { topic: topics.switchEvents, key: event.switch_id };
    case 'recording.uploaded':
      return { topic: topics.recordingUploads, key: `${event.tenant_id}:${event.payload.recording_id}` };
    case 'leg.created':
    case 'leg.progress':
    case 'leg.answered':
    case 'leg.bridged':
    case 'leg.unbridged':
    case 'leg.held':
    case 'leg.resumed':
    case 'leg.transferred':
    case 'leg.ended':
    case 'call.linked':
    case 'call.ended':
    case 'call.anchored':
    case 'call.end_inferred':
    case 'call.blocked':
    case 'call.called_back':
    case 'app.entered':
    case 'app.left':
    case 'queue.refused':
    case 'queue.entered':
    case 'queue.offered':
    case 'queue.offer_ended':
    case 'queue.connected':
    case 'queue.left':
    case 'queue.completed':
    case 'recording.started':
    case 'recording.paused':
    case 'recording.resumed':
    case 'recording.stopped':
    case 'recording.stored':
    case 'recording.failed':
    case 'recording.deleted':
    case 'transcript.attached':
    case 'cost.added':
      return { topic: topics.callEvents, key: callEventKey(event.tenant_id, event.call_key) };
  }
};
