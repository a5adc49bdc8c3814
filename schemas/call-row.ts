import type {
  AnsweringMachine,
  EndpointKind,
  ForwardReason,
  LegDirection,
  OfferOutcome,
  Presentation,
  RefusalReason,
  TransferKind,
} from './vocabulary.ts';

// Rows of the table `calls` and what is nested in them: one call is one row. Instants are µs UTC, spans ms.
// The definition of every field is in docs/definitions.md.

export type CallState = 'active' | 'ended' | 'merged';
export type CallDirection = 'inbound' | 'outbound' | 'internal' | 'unknown';
export type Disposition =
  | 'in_progress'
  | 'answered'
  | 'voicemail'
  | 'abandoned'
  | 'cancelled'
  | 'busy'
  | 'rejected'
  | 'no_answer'
  | 'blocked'
  | 'failed'
  | 'unknown';
export type CallEndedBy = 'caller' | 'callee' | 'agent' | 'transfer' | 'switch' | 'unknown';
export type LegRole = 'caller' | 'callee' | 'consult' | 'loser' | 'agent' | 'spy';
export type VisitOutcome =
  | 'waiting'
  | 'answered'
  | 'abandoned'
  | 'timeout'
  | 'exit_key'
  | 'no_agents'
  | 'callback_accepted'
  | 'withdrawn'
  | 'failed';
export type Quality =
  | 'end_inferred'
  | 'clock_anomaly'
  | 'gap'
  | 'merged'
  | 'late'
  | 'conflicting_event'
  | 'truncated_events'
  | 'id_reused';
export type RecordingStatus = 'recording' | 'uploading' | 'available' | 'absent' | 'failed' | 'deleted';

export type LegRow = {
  leg_id: string;
  /** The switch's own id of the leg. */
  native_id: string;
  switch_id: string;
  role: LegRole;
  direction: LegDirection;
  endpoint: string;
  endpoint_kind: EndpointKind;
  /** Number or extension this leg dialled or was dialled as. */
  destination: string;
  sip_call_id: string;
  created_at: number | null;
  ringing_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  hangup_cause: string;
  cause_q850: number | null;
  sip_code: number | null;
  connect_ms: number;
  bill_ms: number | null;
};

export type BridgeRow = {
  leg_id: string;
  other_leg_id: string;
  bridge_id: string;
  kind: string;
  from: number;
  to: number | null;
};

export type HoldRow = { leg_id: string; from: number; to: number | null };

export type TransferRow = {
  at: number;
  kind: TransferKind;
  by_leg_id: string;
  from: string;
  to: string;
  consult_leg_id: string;
  completed: boolean | null;
  /** Of a forward; `none` of other kinds. */
  reason: ForwardReason;
};

export type OfferRow = {
  attempt_id: string;
  agent_id: string;
  at: number;
  outcome: OfferOutcome | '';
  ring_ms: number | null;
};

export type QueueVisitRow = {
  visit_id: string;
  queue_id: string;
  entered_at: number | null;
  connected_at: number | null;
  left_at: number | null;
  ended_at: number | null;
  outcome: VisitOutcome;
  origin: string;
  agent_id: string;
  agent_leg_id: string;
  wait_ms: number;
  ring_ms: number | null;
  connect_ms: number;
  hold_ms: number | null;
  ended_by: string;
  offers: readonly OfferRow[];
};

export type CallRecordingRow = {
  recording_id: string;
  status: RecordingStatus;
  leg_id: string;
  started_at: number | null;
  duration_ms: number | null;
  bytes: number | null;
};

/** A queue that did not let the call in: no visit was made. */
export type RefusalRow = { queue_id: string; reason: RefusalReason; at: number; leg_id: string };

/** A visit that ended without an agent, and the one to another queue that began right after it. */
export type OverflowRow = { from_visit_id: string; to_visit_id: string };

export type PauseRow = { from: number; to: number | null; reason: string };

/** When a recording of the call ended, and when nothing was recorded. */
export type RecordingTimesRow = { recording_id: string; ended_at: number | null; pauses: readonly PauseRow[] };

/** What was said: in one recording, or (empty id) in the call. */
export type TranscriptRow = { recording_id: string; at: number; language: string; text: string };

export type CostRow = { at: number; item: string; amount_micros: number; currency: string };
/** Which rule decided a field, and the event that made it hold; `event_id` is empty where no event did. */
export type DecisionRow = { field: string; rule: string; event_id: string };

/**
 * A stretch of the caller's time that counts in the row's milliseconds: `connect_ms` is the union of `talk` and `hold`,
 * `hold_ms` that of `hold`, `wait_ms` the sum of `wait`. A conversation names both its legs, one with a conference one.
 */
export type SpanRow = {
  kind: 'talk' | 'hold' | 'wait';
  leg_id: string;
  other_leg_id: string;
  from: number;
  to: number;
};

export type CallRow = {
  tenant_id: string;
  call_started_at: number;
  call_id: string;
  version: number;
  call_key: string;
  state: CallState;
  /** Call id this one was merged into, empty otherwise. */
  merged_into: string;
  switch_id: string;
  direction: CallDirection;
  disposition: Disposition;
  started_at: number;
  switch_answered_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  duration_ms: number;
  setup_ms: number | null;
  ring_ms: number;
  wait_ms: number;
  connect_ms: number;
  hold_ms: number;
  talk_ms: number;
  bill_ms: number;
  caller_number: string;
  caller_e164: string;
  caller_name: string;
  caller_presentation: Presentation;
  callee_number: string;
  callee_e164: string;
  /** What the caller dialled; the callee is who answered or was rung. */
  dialled_number: string;
  hangup_cause: string;
  cause_q850: number | null;
  sip_code: number | null;
  ended_by: CallEndedBy;
  answered_by_kind: string;
  answered_by_id: string;
  answered_by_leg_id: string;
  /** What answering-machine detection heard of who answered first; empty where none listened. */
  answered_by_amd: Exclude<AnsweringMachine, 'unknown'> | '';
  last_answered_by_id: string;
  reached_voicemail: boolean;
  quality: readonly Quality[];
  /** Every id of the switch that means this call: keys and channels. */
  native_ids: readonly string[];
  sip_call_ids: readonly string[];
  legs: readonly LegRow[];
  bridges: readonly BridgeRow[];
  holds: readonly HoldRow[];
  transfers: readonly TransferRow[];
  queue_visits: readonly QueueVisitRow[];
  queue_refusals: readonly RefusalRow[];
  overflows: readonly OverflowRow[];
  /** The visit whose caller this call calls back, and its call; empty where it calls nobody back. */
  callback_of_call_key: string;
  callback_of_visit_id: string;
  recordings: readonly CallRecordingRow[];
  recording_times: readonly RecordingTimesRow[];
  transcripts: readonly TranscriptRow[];
  costs: readonly CostRow[];
  has_recording: boolean;
  events: number;
  last_event_at: number;
  updated_at: number;
  decided_by: readonly DecisionRow[];
  spans: readonly SpanRow[];
};
