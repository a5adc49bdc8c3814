import type { Event, EventOf, EventType } from '../../../schemas/events.ts';

type OneOf<T extends EventType> = { [Type in T]: EventOf<Type> }[T];

export type LegEvent = OneOf<'leg.created' | 'leg.progress' | 'leg.answered' | 'leg.ended'>;
export type BridgeEvent = OneOf<'leg.bridged' | 'leg.unbridged'>;
export type HoldEvent = OneOf<'leg.held' | 'leg.resumed'>;
export type AppEvent = OneOf<'app.entered' | 'app.left'>;
export type ClosingEvent = OneOf<'call.ended' | 'call.end_inferred'>;
export type QueueEvent = OneOf<
  'queue.entered' | 'queue.offered' | 'queue.offer_ended' | 'queue.connected' | 'queue.left' | 'queue.completed'
>;
export type RecordingEvent = OneOf<
  | 'recording.started'
  | 'recording.paused'
  | 'recording.resumed'
  | 'recording.stopped'
  | 'recording.uploaded'
  | 'recording.stored'
  | 'recording.failed'
  | 'recording.deleted'
>;

/** A call's events by what they tell about it; each list in the order of the set. */
export type Facets = {
  readonly legs: LegEvent[];
  readonly bridges: BridgeEvent[];
  readonly holds: HoldEvent[];
  readonly transfers: EventOf<'leg.transferred'>[];
  readonly apps: AppEvent[];
  readonly queues: QueueEvent[];
  readonly recordings: RecordingEvent[];
  readonly closings: ClosingEvent[];
  readonly links: EventOf<'call.linked'>[];
  readonly blocks: EventOf<'call.blocked'>[];
  readonly refusals: EventOf<'queue.refused'>[];
  readonly callbacks: EventOf<'call.called_back'>[];
  readonly transcripts: EventOf<'transcript.attached'>[];
  readonly costs: EventOf<'cost.added'>[];
};

/** Null: changes nothing in the row itself, counts only in its version and its last event. */
const facetOf: Readonly<Record<EventType, keyof Facets | null>> = {
  'leg.created': 'legs',
  'leg.progress': 'legs',
  'leg.answered': 'legs',
  'leg.bridged': 'bridges',
  'leg.unbridged': 'bridges',
  'leg.held': 'holds',
  'leg.resumed': 'holds',
  'leg.transferred': 'transfers',
  'leg.ended': 'legs',
  'call.linked': 'links',
  'call.ended': 'closings',
  'call.anchored': null,
  'call.end_inferred': 'closings',
  'app.entered': 'apps',
  'app.left': 'apps',
  'queue.refused': 'refusals',
  'queue.entered': 'queues',
  'queue.offered': 'queues',
  'queue.offer_ended': 'queues',
  'queue.connected': 'queues',
  'queue.left': 'queues',
  'queue.completed': 'queues',
  'recording.started': 'recordings',
  'recording.paused': 'recordings',
  'recording.resumed': 'recordings',
  'recording.stopped': 'recordings',
  'recording.uploaded': 'recordings',
  'recording.stored': 'recordings',
  'recording.failed': 'recordings',
  'recording.deleted': 'recordings',
  'transcript.attached': 'transcripts',
  'cost.added': 'costs',
  'agent.logged_in': null,
  'agent.logged_out': null,
  'agent.queue_joined': null,
  'agent.queue_left': null,
  'agent.paused': null,
  'agent.unpaused': null,
  'agent.wrap_started': null,
  'agent.wrap_ended': null,
  'agent.snapshot': null,
  'switch.started': null,
  'switch.heartbeat': null,
  'switch.channels': null,
  'adapter.gap': null,
  'call.blocked': 'blocks',
  'call.called_back': 'callbacks',
};

/** A call that is sent on more often than this goes round in a loop. */
const maxTransfers = 200;

export const toFacets = (events: readonly Event[]): Facets => {
  const facets: Facets = {
    legs: [],
    bridges: [],
    holds: [],
    transfers: [],
    apps: [],
    queues: [],
    recordings: [],
    closings: [],
    links: [],
    blocks: [],
    refusals: [],
    callbacks: [],
    transcripts: [],
    costs: [],
  };
  for (const event of events) {
    const facet = facetOf[event.type];
    if (facet !== null) (facets[facet] as Event[]).push(event);
  }
  facets.transfers.splice(maxTransfers);
  return facets;
};
