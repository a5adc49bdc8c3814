import type {
  AgentLoggedIn,
  AgentLoggedOut,
  AgentQueueJoined,
  AgentQueueLeft,
  AgentPaused,
  AgentUnpaused,
  AgentWrapStarted,
  AgentWrapEnded,
  AgentSnapshot,
  SwitchStarted,
  SwitchHeartbeat,
  SwitchChannels,
  AdapterGap,
} from './agent-payloads.ts';
import type {
  LegCreated,
  LegProgress,
  LegAnswered,
  LegBridged,
  LegUnbridged,
  LegHeld,
  LegResumed,
  LegTransferred,
  LegEnded,
  CallLinked,
  CallEnded,
  CallAnchored,
  CallEndInferred,
  CallBlocked,
  CallCalledBack,
  AppEntered,
  AppLeft,
  QueueRefused,
  QueueEntered,
  QueueOffered,
  QueueOfferEnded,
  QueueConnected,
  QueueLeft,
  QueueCompleted,
  RecordingStarted,
  RecordingPaused,
  RecordingResumed,
  RecordingStopped,
  RecordingUploaded,
  RecordingStored,
  RecordingFailed,
  RecordingDeleted,
  TranscriptAttached,
  CostAdded,
} from './payloads.ts';
import type { Precision, SwitchKind } from './vocabulary.ts';

/** Every payload by the event type it belongs to. */
export type Payloads = {
  'leg.created': LegCreated;
  'leg.progress': LegProgress;
  'leg.answered': LegAnswered;
  'leg.bridged': LegBridged;
  'leg.unbridged': LegUnbridged;
  'leg.held': LegHeld;
  'leg.resumed': LegResumed;
  'leg.transferred': LegTransferred;
  'leg.ended': LegEnded;
  'call.linked': CallLinked;
  'call.ended': CallEnded;
  'call.anchored': CallAnchored;
  'call.end_inferred': CallEndInferred;
  'app.entered': AppEntered;
  'app.left': AppLeft;
  'queue.refused': QueueRefused;
  'queue.entered': QueueEntered;
  'queue.offered': QueueOffered;
  'queue.offer_ended': QueueOfferEnded;
  'queue.connected': QueueConnected;
  'queue.left': QueueLeft;
  'queue.completed': QueueCompleted;
  'recording.started': RecordingStarted;
  'recording.paused': RecordingPaused;
  'recording.resumed': RecordingResumed;
  'recording.stopped': RecordingStopped;
  'recording.uploaded': RecordingUploaded;
  'recording.stored': RecordingStored;
  'recording.failed': RecordingFailed;
  'recording.deleted': RecordingDeleted;
  'transcript.attached': TranscriptAttached;
  'cost.added': CostAdded;
  'agent.logged_in': AgentLoggedIn;
  'agent.logged_out': AgentLoggedOut;
  'agent.queue_joined': AgentQueueJoined;
  'agent.queue_left': AgentQueueLeft;
  'agent.paused': AgentPaused;
  'agent.unpaused': AgentUnpaused;
  'agent.wrap_started': AgentWrapStarted;
  'agent.wrap_ended': AgentWrapEnded;
  'agent.snapshot': AgentSnapshot;
  'switch.started': SwitchStarted;
  'switch.heartbeat': SwitchHeartbeat;
  'switch.channels': SwitchChannels;
  'adapter.gap': AdapterGap;
  'call.blocked': CallBlocked;
  'call.called_back': CallCalledBack;
};

export type EventType = keyof Payloads;

/** Name of each type's record in the Avro union, in its order: later versions of the schema add at the end. */
export const payloadRecords: Readonly<Record<EventType, string>> = {
  'leg.created': 'LegCreated',
  'leg.progress': 'LegProgress',
  'leg.answered': 'LegAnswered',
  'leg.bridged': 'LegBridged',
  'leg.unbridged': 'LegUnbridged',
  'leg.held': 'LegHeld',
  'leg.resumed': 'LegResumed',
  'leg.transferred': 'LegTransferred',
  'leg.ended': 'LegEnded',
  'call.linked': 'CallLinked',
  'call.ended': 'CallEnded',
  'call.anchored': 'CallAnchored',
  'call.end_inferred': 'CallEndInferred',
  'app.entered': 'AppEntered',
  'app.left': 'AppLeft',
  'queue.refused': 'QueueRefused',
  'queue.entered': 'QueueEntered',
  'queue.offered': 'QueueOffered',
  'queue.offer_ended': 'QueueOfferEnded',
  'queue.connected': 'QueueConnected',
  'queue.left': 'QueueLeft',
  'queue.completed': 'QueueCompleted',
  'recording.started': 'RecordingStarted',
  'recording.paused': 'RecordingPaused',
  'recording.resumed': 'RecordingResumed',
  'recording.stopped': 'RecordingStopped',
  'recording.uploaded': 'RecordingUploaded',
  'recording.stored': 'RecordingStored',
  'recording.failed': 'RecordingFailed',
  'recording.deleted': 'RecordingDeleted',
  'transcript.attached': 'TranscriptAttached',
  'cost.added': 'CostAdded',
  'agent.logged_in': 'AgentLoggedIn',
  'agent.logged_out': 'AgentLoggedOut',
  'agent.queue_joined': 'AgentQueueJoined',
  'agent.queue_left': 'AgentQueueLeft',
  'agent.paused': 'AgentPaused',
  'agent.unpaused': 'AgentUnpaused',
  'agent.wrap_started': 'AgentWrapStarted',
  'agent.wrap_ended': 'AgentWrapEnded',
  'agent.snapshot': 'AgentSnapshot',
  'switch.started': 'SwitchStarted',
  'switch.heartbeat': 'SwitchHeartbeat',
  'switch.channels': 'SwitchChannels',
  'adapter.gap': 'AdapterGap',
  'call.blocked': 'CallBlocked',
  'call.called_back': 'CallCalledBack',
};

export type Native = { name: string; id: string; seq: number | null };

/** What every event carries (reference: docs/events.md). */
export type Envelope = {
  observed_at: number;
  clock_offset_ms: number | null;
  event_id: string;
  tenant_id: string;
  switch_id: string;
  switch_kind: SwitchKind;
  boot_id: string;
  native: Native;
  call_key: string;
  call_started_at: number | null;
  leg_id: string | null;
  other_leg_id: string | null;
  occurred_at: number;
  occurred_precision: Precision;
  extra: Readonly<Record<string, string>>;
};

export type EventOf<T extends EventType> = Envelope & { type: T; payload: Payloads[T] };

/** One fact told by a switch: a union over `type`. */
export type Event = { [T in EventType]: EventOf<T> }[EventType];
