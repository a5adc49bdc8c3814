// Payloads of the event contract, one type an Avro record. Instants are microseconds since the epoch (UTC), spans whole milliseconds.

import type {
  ProgressKind,
  BridgeKind,
  TransferKind,
  TransferResult,
  ForwardReason,
  EndedBy,
  ClosingRule,
  AnsweringMachine,
  App,
  RefusalReason,
  VisitOrigin,
  OfferOutcome,
  LeaveOutcome,
  ContactEndedBy,
  RecordingFailure,
  LegDirection,
  EndpointKind,
  Presentation,
} from './vocabulary.ts';

/** A payload whose envelope says it all. */
export type NoFields = Record<string, never>;

export type LegFacts = {
  created_at: number | null;
  direction: LegDirection;
  endpoint: string;
  endpoint_kind: EndpointKind;
  caller_number: string;
  caller_name: string;
  caller_presentation: Presentation;
  dialled: string;
  context: string;
  sip_call_id: string;
};

export type LegTotals = {
  duration_ms: number | null;
  bill_ms: number | null;
  hold_ms: number | null;
};

export type LegCreated = {
  leg: LegFacts;
  parent_leg_id: string | null;
};

export type LegProgress = {
  kind: ProgressKind;
  sip_code: number | null;
};

export type LegAnswered = {
  leg: LegFacts | null;
  amd: AnsweringMachine;
};

export type LegBridged = {
  bridge_id: string;
  bridge_kind: BridgeKind;
  leg: LegFacts | null;
};

export type LegUnbridged = {
  bridge_id: string;
  bridge_kind: BridgeKind;
};

export type LegHeld = {
  by_leg_id: string | null;
};

export type LegResumed = {
  by_leg_id: string | null;
};

export type LegTransferred = {
  kind: TransferKind;
  by_leg_id: string | null;
  target: string;
  from_leg_id: string | null;
  to_leg_id: string | null;
  result: TransferResult;
  forward_reason: ForwardReason;
};

export type LegEnded = {
  cause_q850: number | null;
  sip_code: number | null;
  cause_native: string;
  ended_by: EndedBy;
  leg: LegFacts | null;
  totals: LegTotals | null;
};

export type CallLinked = {
  from_call_key: string;
  into_call_key: string;
  into_call_started_at: number | null;
  reason: string;
};

export type CallEnded = {
  reason: string;
};

export type CallAnchored = NoFields;

export type CallEndInferred = {
  rule: ClosingRule;
  last_sign_of_life_at: number;
};

export type CallBlocked = {
  reason: string;
};

/** This call calls back the caller of an earlier visit. */
export type CallCalledBack = {
  of_call_key: string;
  of_visit_id: string;
};

export type AppEntered = {
  app: App;
  name: string;
  mailbox: string;
};

export type AppLeft = {
  app: App;
  name: string;
};

export type QueueRefused = {
  queue_id: string;
  reason: RefusalReason;
};

export type QueueEntered = {
  visit_id: string;
  queue_id: string;
  position: number | null;
  priority: number | null;
  origin: VisitOrigin;
};

export type QueueOffered = {
  visit_id: string;
  queue_id: string;
  attempt_id: string;
  agent_id: string;
  agent_leg_id: string | null;
};

export type QueueOfferEnded = {
  visit_id: string;
  queue_id: string;
  attempt_id: string;
  agent_id: string;
  outcome: OfferOutcome;
  ring_ms: number | null;
};

export type QueueConnected = {
  visit_id: string;
  queue_id: string;
  agent_id: string;
  agent_leg_id: string | null;
  wait_ms: number | null;
  ring_ms: number | null;
};

export type QueueLeft = {
  visit_id: string;
  queue_id: string;
  outcome: LeaveOutcome;
  wait_ms: number | null;
  position: number | null;
};

export type QueueCompleted = {
  visit_id: string;
  queue_id: string;
  agent_id: string;
  ended_by: ContactEndedBy;
  wait_ms: number | null;
  connect_ms: number | null;
  transfer_target: string;
};

export type RecordingStarted = {
  recording_id: string;
  path: string;
  format: string;
  channels: number | null;
};

export type RecordingPaused = {
  recording_id: string;
  reason: string;
};

export type RecordingResumed = {
  recording_id: string;
  reason: string;
};

export type RecordingStopped = {
  recording_id: string;
  path: string;
  duration_ms: number | null;
  reason: string;
};

export type RecordingUploaded = {
  recording_id: string;
  bucket: string;
  object_key: string;
  format: string;
  content_type: string;
  bytes: number;
  sha256: string;
  started_at: number | null;
};

export type RecordingStored = {
  recording_id: string;
  bucket: string;
  object_key: string;
  format: string;
  content_type: string;
  channels: number | null;
  duration_ms: number | null;
  bytes: number;
  sha256: string;
  started_at: number | null;
};

export type RecordingFailed = {
  recording_id: string;
  reason: RecordingFailure;
  detail: string;
};

export type RecordingDeleted = {
  recording_id: string;
  reason: string;
  by: string;
};

export type TranscriptAttached = {
  recording_id: string | null;
  language: string;
  text: string;
};

export type CostAdded = {
  item: string;
  amount_micros: number;
  currency: string;
};
