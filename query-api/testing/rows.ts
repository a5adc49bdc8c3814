import type { CallRow, LegRow } from '../../schemas/call-row.ts';
import { callId } from '../../schemas/ids.ts';
import type { RecordingRow } from '../../schemas/rows.ts';

/** 2026-01-20T10:00:00Z in µs. */
export const tenOClock = Date.UTC(2026, 0, 20, 10) * 1000;

export const second = 1_000_000;

export const legRow = (given: Partial<LegRow> = {}): LegRow => ({
  leg_id: 'leg-a',
  native_id: 'leg-a',
  switch_id: 'pbx1',
  role: 'caller',
  direction: 'in',
  endpoint: 'sofia/trunk/+442071111111@carrier',
  endpoint_kind: 'trunk',
  destination: '+442072222222',
  sip_call_id: 'abc@carrier',
  created_at: tenOClock,
  ringing_at: null,
  answered_at: tenOClock + 2 * second,
  ended_at: tenOClock + 62 * second,
  hangup_cause: 'NORMAL_CLEARING',
  cause_q850: 16,
  sip_code: null,
  connect_ms: 60_000,
  bill_ms: 60_000,
  ...given,
});

/** An answered inbound call of a minute; its anchor is `started_at` and its id follows from it, unless given. */
export const callRow = (given: Partial<CallRow> = {}): CallRow => {
  const tenant_id = given.tenant_id ?? 'acme';
  const call_key = given.call_key ?? 'call-key-1';
  const started_at = given.started_at ?? tenOClock;
  const call_started_at = given.call_started_at ?? started_at;
  return {
    tenant_id,
    call_started_at,
    call_id: callId(tenant_id, call_key, call_started_at),
    version: 1,
    call_key,
    state: 'ended',
    merged_into: '',
    switch_id: 'pbx1',
    direction: 'inbound',
    disposition: 'answered',
    started_at,
    switch_answered_at: started_at + 2 * second,
    answered_at: started_at + 2 * second,
    ended_at: started_at + 62 * second,
    ...spans,
    ...parties,
    hangup_cause: 'NORMAL_CLEARING',
    cause_q850: 16,
    sip_code: null,
    ended_by: 'caller',
    reached_voicemail: false,
    quality: [],
    native_ids: [call_key],
    sip_call_ids: ['abc@carrier'],
    legs: [],
    bridges: [],
    holds: [],
    transfers: [],
    queue_visits: [],
    queue_refusals: [],
    overflows: [],
    callback_of_call_key: '',
    callback_of_visit_id: '',
    recordings: [],
    recording_times: [],
    transcripts: [],
    costs: [],
    has_recording: false,
    events: 4,
    last_event_at: started_at + 62 * second,
    updated_at: started_at + 63 * second,
    decided_by: [],
    spans: [],
    ...given,
  };
};

const spans = {
  duration_ms: 62_000,
  setup_ms: 500,
  ring_ms: 1500,
  wait_ms: 0,
  connect_ms: 60_000,
  hold_ms: 10_000,
  talk_ms: 50_000,
  bill_ms: 60_000,
};

const parties = {
  caller_number: '02071111111',
  caller_e164: '+442071111111',
  caller_name: 'Ann',
  caller_presentation: 'allowed',
  callee_number: '101',
  callee_e164: '',
  dialled_number: '+442072222222',
  answered_by_kind: 'user',
  answered_by_id: '101',
  answered_by_leg_id: 'leg-b',
  answered_by_amd: '',
  last_answered_by_id: '101',
} as const;

/** A stored recording of a call. */
export const recordingRow = (given: Partial<RecordingRow> = {}): RecordingRow => ({
  tenant_id: 'acme',
  recording_id: 'rec_1',
  version: 1,
  call_key: 'call-key-1',
  call_id: callId('acme', 'call-key-1', tenOClock),
  leg_id: 'leg-a',
  status: 'available',
  failure_reason: '',
  started_at: tenOClock + 2 * second,
  duration_ms: 60_000,
  format: 'wav',
  content_type: 'audio/wav',
  channels: 1,
  bytes: 960_044,
  sha256: 'ab'.repeat(32),
  bucket: 'trunkline',
  object_key: 'tenants/acme/recordings/rec_1.wav',
  direction: 'inbound',
  caller_number: '+442071111111',
  callee_number: '101',
  caller_name: 'Ann',
  queue_id: '',
  agent_id: '',
  updated_at: tenOClock + 70 * second,
  ...given,
});
