import type { AgentDayRow, AgentEventRow } from './agent-rows.ts';
import type { CallRow } from './call-row.ts';
import type {
  AnnouncedCallRow,
  CallAnchorRow,
  CallEventRow,
  LedgerRow,
  QuarantinedRow,
  QuarantineStepRow,
  RecordingRow,
  SwitchEventRow,
  SwitchSignRow,
  UnanchoredEventRow,
} from './rows.ts';

// ClickHouse types of every column, as written: the DDL in clickhouse/ says the same, and an integration test compares.

const instant = 'DateTime64(6)';
const maybeInstant = `Nullable(${instant})`;
const word = 'LowCardinality(String)';

export const callEventColumns: Readonly<Record<keyof CallEventRow, string>> = {
  tenant_id: word,
  call_started_at: instant,
  call_id: 'String',
  event_id: 'String',
  content_hash: 'String',
  observed_order: 'UInt64',
  type: word,
  occurred_at: instant,
  event: 'String',
  switch_id: word,
};

export const unanchoredEventColumns: Readonly<Record<keyof UnanchoredEventRow, string>> = {
  tenant_id: word,
  call_key: 'String',
  event_id: 'String',
  content_hash: 'String',
  event: 'String',
  switch_id: word,
  observed_order: 'UInt64',
};

export const ledgerColumns: Readonly<Record<keyof LedgerRow, string>> = {
  tenant_id: word,
  switch_id: word,
  hour: "DateTime('UTC')",
  boot_id: 'String',
  topic: word,
  partition: 'UInt32',
  block: 'UInt64',
  messages: 'UInt32',
  identities: 'Array(UInt64)',
  seqs: 'Array(Int64)',
  gap_from: 'Array(Int64)',
  gap_to: 'Array(Int64)',
};

export const callAnchorColumns: Readonly<Record<keyof CallAnchorRow, string>> = {
  tenant_id: word,
  call_key: 'String',
  call_started_at: instant,
};

export const announcedCallColumns: Readonly<Record<keyof AnnouncedCallRow, string>> = {
  tenant_id: word,
  call_started_at: instant,
  call_id: 'String',
  revision: 'UInt64',
  version: 'UInt64',
  state: word,
  sent: 'Bool',
  facts: 'String',
  notifications: 'Array(String)',
};

export const switchEventColumns: Readonly<Record<keyof SwitchEventRow, string>> = {
  tenant_id: word,
  switch_id: word,
  type: word,
  occurred_at: instant,
  event_id: 'String',
  content_hash: 'String',
  observed_order: 'UInt64',
  observed_at: instant,
  boot_id: word,
  native_seq: 'Nullable(Int64)',
  event: 'String',
};

/** The instants are of `SimpleAggregateFunction(min or max, …)`, which is written as what it holds. */
export const switchSignColumns: Readonly<Record<keyof SwitchSignRow, string>> = {
  tenant_id: word,
  switch_id: 'String',
  boot_id: 'String',
  kind: word,
  first_at: instant,
  last_at: instant,
  first_observed_at: instant,
  last_observed_at: instant,
};

export const quarantinedColumns: Readonly<Record<keyof QuarantinedRow, string>> = {
  tenant_id: word,
  quarantine_id: 'String',
  received_at: instant,
  received_order: 'UInt64',
  stage: word,
  source: 'String',
  switch_id: word,
  code: word,
  message: 'String',
  field: 'String',
  raw: 'String',
  boot_id: 'String',
  native_seq: 'Nullable(UInt64)',
  asked_switch_id: 'String',
  bound_switch_id: 'String',
  record_bytes: 'UInt64',
};

export const quarantineStepColumns: Readonly<Record<keyof QuarantineStepRow, string>> = {
  tenant_id: word,
  quarantine_id: 'String',
  attempt_id: 'String',
  step: word,
  asked_at: instant,
  at: instant,
  actor: 'String',
  corrected: 'Bool',
  switch_id: 'String',
  raw: 'String',
  events: 'UInt32',
  event_ids: 'Array(String)',
  code: word,
  message: 'String',
  field: 'String',
};

export const recordingColumns: Readonly<Record<keyof RecordingRow, string>> = {
  tenant_id: word,
  recording_id: 'String',
  version: 'UInt64',
  call_key: 'String',
  call_id: 'String',
  leg_id: 'String',
  status: word,
  failure_reason: word,
  started_at: instant,
  duration_ms: 'Nullable(UInt64)',
  format: word,
  content_type: word,
  channels: 'Nullable(UInt8)',
  bytes: 'Nullable(UInt64)',
  sha256: 'String',
  bucket: word,
  object_key: 'String',
  direction: word,
  caller_number: 'String',
  callee_number: 'String',
  caller_name: 'String',
  queue_id: word,
  agent_id: word,
  updated_at: instant,
};

const legs = `Array(Tuple(leg_id String, native_id String, switch_id String, role String, direction String, endpoint String, endpoint_kind String, destination String, sip_call_id String, created_at ${maybeInstant}, ringing_at ${maybeInstant}, answered_at ${maybeInstant}, ended_at ${maybeInstant}, hangup_cause String, cause_q850 Nullable(UInt16), sip_code Nullable(UInt16), connect_ms UInt64, bill_ms Nullable(UInt64)))`;
const bridges = `Array(Tuple(leg_id String, other_leg_id String, bridge_id String, kind String, from ${instant}, to ${maybeInstant}))`;
const holds = `Array(Tuple(leg_id String, from ${instant}, to ${maybeInstant}))`;
const transfers = `Array(Tuple(at ${instant}, kind String, by_leg_id String, from String, to String, consult_leg_id String, completed Nullable(Bool), reason String))`;
const offers = `Array(Tuple(attempt_id String, agent_id String, at ${instant}, outcome String, ring_ms Nullable(UInt64)))`;
const queueVisits = `Array(Tuple(visit_id String, queue_id String, entered_at ${maybeInstant}, connected_at ${maybeInstant}, left_at ${maybeInstant}, ended_at ${maybeInstant}, outcome String, origin String, agent_id String, agent_leg_id String, wait_ms UInt64, ring_ms Nullable(UInt64), connect_ms UInt64, hold_ms Nullable(UInt64), ended_by String, offers ${offers}))`;
const recordings = `Array(Tuple(recording_id String, status String, leg_id String, started_at ${maybeInstant}, duration_ms Nullable(UInt64), bytes Nullable(UInt64)))`;
const refusals = `Array(Tuple(queue_id String, reason String, at ${instant}, leg_id String))`;
const overflows = 'Array(Tuple(from_visit_id String, to_visit_id String))';
const pauses = `Array(Tuple(from ${instant}, to ${maybeInstant}, reason String))`;
const recordingTimes = `Array(Tuple(recording_id String, ended_at ${maybeInstant}, pauses ${pauses}))`;
const transcripts = `Array(Tuple(recording_id String, at ${instant}, language String, text String))`;
const costs = `Array(Tuple(at ${instant}, item String, amount_micros Int64, currency String))`;

export const callColumns: Readonly<Record<keyof CallRow, string>> = {
  tenant_id: word,
  call_started_at: instant,
  call_id: 'String',
  version: 'UInt64',
  call_key: 'String',
  state: word,
  merged_into: 'String',
  switch_id: word,
  direction: word,
  disposition: word,
  started_at: instant,
  switch_answered_at: maybeInstant,
  answered_at: maybeInstant,
  ended_at: maybeInstant,
  duration_ms: 'UInt64',
  setup_ms: 'Nullable(UInt64)',
  ring_ms: 'UInt64',
  wait_ms: 'UInt64',
  connect_ms: 'UInt64',
  hold_ms: 'UInt64',
  talk_ms: 'UInt64',
  bill_ms: 'UInt64',
  caller_number: 'String',
  caller_e164: 'String',
  caller_name: 'String',
  caller_presentation: word,
  callee_number: 'String',
  callee_e164: 'String',
  dialled_number: 'String',
  hangup_cause: word,
  cause_q850: 'Nullable(UInt16)',
  sip_code: 'Nullable(UInt16)',
  ended_by: word,
  answered_by_kind: word,
  answered_by_id: 'String',
  answered_by_leg_id: 'String',
  answered_by_amd: word,
  last_answered_by_id: 'String',
  reached_voicemail: 'Bool',
  quality: 'Array(String)',
  native_ids: 'Array(String)',
  sip_call_ids: 'Array(String)',
  legs,
  bridges,
  holds,
  transfers,
  queue_visits: queueVisits,
  queue_refusals: refusals,
  overflows,
  callback_of_call_key: 'String',
  callback_of_visit_id: 'String',
  recordings,
  recording_times: recordingTimes,
  transcripts,
  costs,
  has_recording: 'Bool',
  events: 'UInt32',
  last_event_at: instant,
  updated_at: instant,
  decided_by: 'Array(Tuple(field String, rule String, event_id String))',
  spans: `Array(Tuple(kind String, leg_id String, other_leg_id String, from ${instant}, to ${instant}))`,
};

export const agentEventColumns: Readonly<Record<keyof AgentEventRow, string>> = {
  tenant_id: word,
  agent_id: 'String',
  occurred_at: instant,
  event_id: 'String',
  content_hash: 'String',
  observed_order: 'UInt64',
  switch_id: word,
  type: word,
  event: 'String',
};

export const agentDayColumns: Readonly<Record<keyof AgentDayRow, string>> = {
  tenant_id: word,
  agent_id: 'String',
  day_at: instant,
  version: 'UInt64',
  spans: `Array(Tuple(kind String, scope String, from ${instant}, to ${maybeInstant}, reason String, queue_id String, told Bool))`,
  events: 'UInt32',
  last_event_at: instant,
  updated_at: instant,
};
