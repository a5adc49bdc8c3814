import type { CallRow, Disposition, LegRow, QueueVisitRow } from '../../schemas/call-row.ts';
import { callId } from '../../schemas/ids.ts';

// Rows as the calls processor writes them, made without it: twenty million calls would take it a quarter of an hour.

export const tenants = 10;
export const days = 180;
const second = 1_000_000;
const dispositions: readonly Disposition[] = [
  'answered',
  'answered',
  'answered',
  'answered',
  'no_answer',
  'busy',
  'cancelled',
  'abandoned',
];

const sameForAll = {
  merged_into: '',
  switch_id: 'bench-1',
  wait_ms: 0,
  hold_ms: 0,
  caller_name: '',
  caller_presentation: 'allowed',
  callee_e164: '',
  hangup_cause: 'NORMAL_CLEARING',
  cause_q850: 16,
  sip_code: null,
  ended_by: 'caller',
  reached_voicemail: false,
  quality: [],
  sip_call_ids: [],
  bridges: [],
  holds: [],
  transfers: [],
  queue_refusals: [],
  overflows: [],
  callback_of_call_key: '',
  callback_of_visit_id: '',
  recording_times: [],
  transcripts: [],
  costs: [],
  recordings: [],
  has_recording: false,
  events: 10,
  setup_ms: 1000,
  state: 'ended',
  version: 2 ** 32 + 10,
  decided_by: [],
  spans: [],
} as const;

/** The call with this number of `total`, spread evenly over tenants and the days before `untilUs`. */
export const storedCall = (number: number, total: number, untilUs: number): CallRow => {
  const tenant = `bench-${number % tenants}`;
  const startedAt = untilUs - Math.floor((days * 86_400 * second * (total - number)) / total);
  const key = `stored-${number}`;
  const disposition = dispositions[(number * 7919) % dispositions.length] as Disposition;
  const answeredAt = disposition === 'answered' ? startedAt + (3 + (number % 25)) * second : null;
  const endedAt = (answeredAt ?? startedAt) + (10 + ((number * 31) % 600)) * second;
  const connectMs = answeredAt === null ? 0 : (endedAt - answeredAt) / 1000;
  const queue = queueOf(number);
  const caller = `+1555${String((number * 104_729) % 10_000_000).padStart(7, '0')}`;
  const callee = String(1000 + ((number * 13) % 900));
  return {
    ...sameForAll,
    tenant_id: tenant,
    call_started_at: startedAt,
    call_id: callId(tenant, key, startedAt),
    call_key: key,
    direction: number % 3 === 0 ? 'outbound' : 'inbound',
    disposition,
    started_at: startedAt,
    switch_answered_at: answeredAt,
    answered_at: answeredAt,
    ended_at: endedAt,
    duration_ms: (endedAt - startedAt) / 1000,
    ring_ms: ((answeredAt ?? endedAt) - startedAt) / 1000 - 1000,
    connect_ms: connectMs,
    talk_ms: connectMs,
    bill_ms: connectMs,
    caller_number: caller,
    caller_e164: caller,
    callee_number: callee,
    dialled_number: callee,
    answered_by_kind: answeredAt === null ? '' : 'user',
    answered_by_id: answeredAt === null ? '' : callee,
    answered_by_amd: '',
    answered_by_leg_id: answeredAt === null ? '' : `${key}-b`,
    last_answered_by_id: answeredAt === null ? '' : callee,
    queue_visits: queue === null ? [] : [visit({ key, queue, startedAt, answeredAt, endedAt, connectMs })],
    native_ids: [key, `${key}-b`],
    legs: [
      leg(key, 'caller', caller, startedAt, answeredAt, endedAt),
      leg(`${key}-b`, 'callee', callee, startedAt + second, answeredAt, endedAt),
    ],
    last_event_at: endedAt,
    updated_at: endedAt,
  };
};

/** The queue that a call waited in: a third of all wait in one of five. */
const queueOf = (number: number): string | null =>
  number % 3 === 1 ? `queue-${Math.floor(number / tenants) % 5}` : null;

type Visited = {
  readonly key: string;
  readonly queue: string;
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly connectMs: number;
};

const visit = ({ key, queue, startedAt, answeredAt, endedAt, connectMs }: Visited): QueueVisitRow => ({
  visit_id: key,
  queue_id: queue,
  entered_at: startedAt + second,
  connected_at: answeredAt,
  left_at: answeredAt ?? endedAt,
  ended_at: endedAt,
  outcome: answeredAt === null ? 'abandoned' : 'answered',
  origin: 'inbound',
  agent_id: answeredAt === null ? '' : 'agent-1',
  agent_leg_id: answeredAt === null ? '' : `${key}-b`,
  wait_ms: ((answeredAt ?? endedAt) - startedAt - second) / 1000,
  ring_ms: null,
  connect_ms: connectMs,
  hold_ms: null,
  ended_by: answeredAt === null ? 'caller' : 'agent',
  offers: [],
});

const leg = (
  id: string,
  role: LegRow['role'],
  number: string,
  createdAt: number,
  answeredAt: number | null,
  endedAt: number,
): LegRow => ({
  leg_id: id,
  native_id: id,
  switch_id: 'bench-1',
  role,
  direction: role === 'caller' ? 'in' : 'out',
  endpoint: `sofia/internal/${number}`,
  endpoint_kind: 'user',
  destination: number,
  sip_call_id: '',
  created_at: createdAt,
  ringing_at: createdAt + second,
  answered_at: answeredAt,
  ended_at: endedAt,
  hangup_cause: 'NORMAL_CLEARING',
  cause_q850: 16,
  sip_code: null,
  connect_ms: answeredAt === null ? 0 : (endedAt - answeredAt) / 1000,
  bill_ms: answeredAt === null ? null : (endedAt - answeredAt) / 1000,
});
