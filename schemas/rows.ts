import type { CallDirection, RecordingStatus } from './call-row.ts';
import type { QuarantineStep } from './quarantine-actions.ts';

// Rows of the tables beside `calls`. Instants are µs UTC, spans ms.

/** One event of a call, as it came: the grow-only set that calls are assembled from. */
export type CallEventRow = {
  tenant_id: string;
  call_started_at: number;
  call_id: string;
  event_id: string;
  content_hash: string;
  /** 2^53 − observed_at: of equal events the one received first is kept. */
  observed_order: number;
  type: string;
  occurred_at: number;
  /** Avro single-object bytes. */
  event: Buffer;
  switch_id: string;
};

/** An event whose call's anchor nobody knows yet. */
export type UnanchoredEventRow = {
  tenant_id: string;
  call_key: string;
  event_id: string;
  content_hash: string;
  event: Buffer;
  switch_id: string;
  /** As of `CallEventRow`. */
  observed_order: number;
};

/** The anchor of a call key, once decided. */
export type CallAnchorRow = { tenant_id: string; call_key: string; call_started_at: number };

/** What subscribers were last told about a call. */
export type AnnouncedCallRow = {
  tenant_id: string;
  call_started_at: number;
  call_id: string;
  /** Of two rows the one with the higher revision holds. */
  revision: number;
  /** Of the call's row that it was told from. */
  version: number;
  state: 'started' | 'ended' | 'merged';
  /** Whether the notifications are known to be published. */
  sent: boolean;
  /** `CallFacts` as JSON. */
  facts: string;
  /** Avro single-object bytes. */
  notifications: readonly Buffer[];
};

/** What a switch or its adapter told about itself, as it came. */
export type SwitchEventRow = {
  tenant_id: string;
  switch_id: string;
  type: string;
  occurred_at: number;
  event_id: string;
  content_hash: string;
  /** 2^53 − observed_at: of equal events the one received first is kept. */
  observed_order: number;
  observed_at: number;
  boot_id: string;
  native_seq: number | null;
  /** Avro single-object bytes. */
  event: Buffer;
};

/**
 * When a boot of a switch was first and last heard, by the switch's clock (`at`) and by ours (`observed_at`). Rows of
 * one key add up to the earliest and the latest of all.
 */
export type SwitchSignRow = {
  tenant_id: string;
  switch_id: string;
  /** Empty where the source tells none. */
  boot_id: string;
  /** The type of a switch event, or `call` for any event of a call. */
  kind: string;
  first_at: number;
  last_at: number;
  first_observed_at: number;
  last_observed_at: number;
};

/** What is in a block of the log's offsets of one switch and hour of reception. */
export type LedgerRow = {
  tenant_id: string;
  switch_id: string;
  /** Seconds since the epoch. */
  hour: number;
  boot_id: string;
  topic: string;
  partition: number;
  block: number;
  messages: number;
  /** Content hashes of the messages, in the order of the log. */
  identities: bigint[];
  /** The sender's numbers of the same messages; -1 where it does not number densely. */
  seqs: number[];
  /** Ranges of numbers that an adapter says it did not get. */
  gap_from: number[];
  gap_to: number[];
};

/** A record that could not be used. */
export type QuarantinedRow = {
  tenant_id: string;
  quarantine_id: string;
  received_at: number;
  /** 2^53 − received_at: of equal records the one received first is kept. */
  received_order: number;
  stage: string;
  source: string;
  switch_id: string;
  code: string;
  message: string;
  field: string;
  raw: Buffer;
  boot_id: string;
  native_seq: number | null;
  asked_switch_id: string;
  bound_switch_id: string;
  record_bytes: number;
};

/** A step of an attempt to redrive a record, or its dismissal. */
export type QuarantineStepRow = {
  tenant_id: string;
  quarantine_id: string;
  attempt_id: string;
  step: QuarantineStep;
  asked_at: number;
  at: number;
  actor: string;
  /** Whether other bytes than the record's own were given, those in `raw`. */
  corrected: boolean;
  switch_id: string;
  raw: Buffer;
  events: number;
  event_ids: readonly string[];
  /** Why it was refused again; `message` also says why it was dismissed. */
  code: string;
  message: string;
  field: string;
};

/**
 * One recording. The recordings processor writes it when the audio is stored (version 0, no call), the calls processor
 * again whenever it assembles the call it belongs to (version = the call's).
 */
export type RecordingRow = {
  tenant_id: string;
  recording_id: string;
  version: number;
  call_key: string;
  call_id: string;
  leg_id: string;
  status: RecordingStatus;
  failure_reason: string;
  started_at: number;
  duration_ms: number | null;
  format: string;
  content_type: string;
  channels: number | null;
  bytes: number | null;
  sha256: string;
  bucket: string;
  object_key: string;
  direction: CallDirection;
  caller_number: string;
  callee_number: string;
  caller_name: string;
  queue_id: string;
  agent_id: string;
  updated_at: number;
};
