import type { EventType, Payloads } from '../../schemas/events.ts';
import type { LegFacts } from '../../schemas/payloads.ts';

/** The `key=value` cells of one line of an event table. */
export type Cells = ReadonlyMap<string, string>;

const text = (cells: Cells, key: string): string => cells.get(key) ?? '';
const textOrNull = (cells: Cells, key: string): string | null => cells.get(key) ?? null;
const numberOrNull = (cells: Cells, key: string): number | null => (cells.has(key) ? Number(cells.get(key)) : null);
/** A word of a closed set; the tables are written by hand, and a wrong word makes the codec refuse the event. */
const word = <Word extends string>(cells: Cells, key: string, unset: Word): Word => (cells.get(key) as Word) ?? unset;

const legFacts = (cells: Cells): LegFacts => ({
  created_at: null,
  direction: word(cells, 'dir', 'unknown'),
  endpoint: text(cells, 'endpoint'),
  endpoint_kind: word(cells, 'kind', 'unknown'),
  caller_number: text(cells, 'from'),
  caller_name: text(cells, 'name'),
  caller_presentation: word(cells, 'shown', 'allowed'),
  dialled: text(cells, 'to'),
  context: text(cells, 'context'),
  sip_call_id: text(cells, 'sip_id'),
});

const maybeFacts = (cells: Cells): LegFacts | null => (cells.has('dir') ? legFacts(cells) : null);

const visit = (cells: Cells): { visit_id: string; queue_id: string } => ({
  visit_id: text(cells, 'visit') || 'v1',
  queue_id: text(cells, 'queue') || 'support',
});

const file = (cells: Cells) => ({
  recording_id: text(cells, 'recording') || 'r1',
  bucket: 'recordings',
  object_key: `${text(cells, 'recording') || 'r1'}.wav`,
  format: 'wav',
  content_type: 'audio/wav',
  bytes: Number(cells.get('bytes') ?? 1000),
  sha256: text(cells, 'sha256') || 'aa',
  started_at: null,
});

const noFields = (): Record<string, never> => ({});

/** The payload that the cells of a line tell, by event type; what a line leaves out gets an ordinary value. */
export const payloadOf: { readonly [T in EventType]: (cells: Cells) => Payloads[T] } = {
  'leg.created': (cells) => ({ leg: legFacts(cells), parent_leg_id: textOrNull(cells, 'parent') }),
  'leg.progress': (cells) => ({ kind: word(cells, 'progress', 'ringing'), sip_code: numberOrNull(cells, 'sip') }),
  'leg.answered': (cells) => ({ leg: maybeFacts(cells), amd: word(cells, 'amd', 'unknown') }),
  'leg.bridged': (cells) => ({
    bridge_id: text(cells, 'bridge'),
    bridge_kind: word(cells, 'bridge_kind', 'talk'),
    leg: maybeFacts(cells),
  }),
  'leg.unbridged': (cells) => ({ bridge_id: text(cells, 'bridge'), bridge_kind: word(cells, 'bridge_kind', 'talk') }),
  'leg.held': (cells) => ({ by_leg_id: textOrNull(cells, 'by') }),
  'leg.resumed': (cells) => ({ by_leg_id: textOrNull(cells, 'by') }),
  'leg.transferred': (cells) => ({
    kind: word(cells, 'transfer', 'blind'),
    by_leg_id: textOrNull(cells, 'by'),
    target: text(cells, 'target'),
    from_leg_id: textOrNull(cells, 'from_leg'),
    to_leg_id: textOrNull(cells, 'to_leg'),
    result: word(cells, 'result', 'unknown'),
    forward_reason: word(cells, 'reason', 'none'),
  }),
  'leg.ended': (cells) => ({
    cause_q850: numberOrNull(cells, 'q850'),
    sip_code: numberOrNull(cells, 'sip'),
    cause_native: text(cells, 'cause'),
    ended_by: word(cells, 'by', 'unknown'),
    leg: maybeFacts(cells),
    totals: cells.has('bill_ms')
      ? { duration_ms: numberOrNull(cells, 'duration_ms'), bill_ms: numberOrNull(cells, 'bill_ms'), hold_ms: null }
      : null,
  }),
  'call.linked': (cells) => ({
    from_call_key: text(cells, 'from'),
    into_call_key: text(cells, 'into'),
    into_call_started_at: numberOrNull(cells, 'into_started'),
    reason: text(cells, 'reason'),
  }),
  'call.ended': (cells) => ({ reason: text(cells, 'reason') }),
  'call.anchored': noFields,
  'call.end_inferred': (cells) => ({
    rule: word(cells, 'rule', 'silence'),
    last_sign_of_life_at: Number(cells.get('last')),
  }),
  'app.entered': (cells) => ({
    app: word(cells, 'app', 'ivr'),
    name: text(cells, 'name'),
    mailbox: text(cells, 'mailbox'),
  }),
  'app.left': (cells) => ({ app: word(cells, 'app', 'ivr'), name: text(cells, 'name') }),
  'queue.refused': (cells) => ({ queue_id: text(cells, 'queue'), reason: word(cells, 'reason', 'full') }),
  'queue.entered': (cells) => ({
    ...visit(cells),
    position: numberOrNull(cells, 'position'),
    priority: null,
    origin: word(cells, 'origin', 'call'),
  }),
  'queue.offered': (cells) => ({
    ...visit(cells),
    attempt_id: text(cells, 'attempt'),
    agent_id: text(cells, 'agent'),
    agent_leg_id: textOrNull(cells, 'agent_leg'),
  }),
  'queue.offer_ended': (cells) => ({
    ...visit(cells),
    attempt_id: text(cells, 'attempt'),
    agent_id: text(cells, 'agent'),
    outcome: word(cells, 'outcome', 'answered'),
    ring_ms: numberOrNull(cells, 'ring_ms'),
  }),
  'queue.connected': (cells) => ({
    ...visit(cells),
    agent_id: text(cells, 'agent'),
    agent_leg_id: textOrNull(cells, 'agent_leg'),
    wait_ms: numberOrNull(cells, 'wait_ms'),
    ring_ms: numberOrNull(cells, 'ring_ms'),
  }),
  'queue.left': (cells) => ({
    ...visit(cells),
    outcome: word(cells, 'outcome', 'abandoned'),
    wait_ms: numberOrNull(cells, 'wait_ms'),
    position: null,
  }),
  'queue.completed': (cells) => ({
    ...visit(cells),
    agent_id: text(cells, 'agent'),
    ended_by: word(cells, 'by', 'unknown'),
    wait_ms: numberOrNull(cells, 'wait_ms'),
    connect_ms: numberOrNull(cells, 'connect_ms'),
    transfer_target: text(cells, 'target'),
  }),
  'recording.started': (cells) => ({
    recording_id: text(cells, 'recording') || 'r1',
    path: text(cells, 'path'),
    format: 'wav',
    channels: 1,
  }),
  'recording.paused': (cells) => ({ recording_id: text(cells, 'recording') || 'r1', reason: text(cells, 'reason') }),
  'recording.resumed': (cells) => ({ recording_id: text(cells, 'recording') || 'r1', reason: text(cells, 'reason') }),
  'recording.stopped': (cells) => ({
    recording_id: text(cells, 'recording') || 'r1',
    path: text(cells, 'path'),
    duration_ms: numberOrNull(cells, 'duration_ms'),
    reason: '',
  }),
  'recording.uploaded': file,
  'recording.stored': (cells) => ({ ...file(cells), channels: 1, duration_ms: numberOrNull(cells, 'duration_ms') }),
  'recording.failed': (cells) => ({
    recording_id: text(cells, 'recording') || 'r1',
    reason: word(cells, 'reason', 'absent'),
    detail: '',
  }),
  'recording.deleted': (cells) => ({ recording_id: text(cells, 'recording') || 'r1', reason: '', by: '' }),
  'transcript.attached': (cells) => ({
    recording_id: textOrNull(cells, 'recording'),
    language: text(cells, 'language') || 'en',
    text: text(cells, 'text'),
  }),
  'cost.added': (cells) => ({
    item: text(cells, 'item'),
    amount_micros: numberOrNull(cells, 'micros') ?? 0,
    currency: text(cells, 'currency') || 'EUR',
  }),
  'agent.logged_in': (cells) => ({
    agent_id: text(cells, 'agent'),
    session_id: text(cells, 'session'),
    device: text(cells, 'device'),
  }),
  'agent.logged_out': (cells) => ({ agent_id: text(cells, 'agent'), session_id: text(cells, 'session') }),
  'agent.queue_joined': (cells) => ({ agent_id: text(cells, 'agent'), queue_id: text(cells, 'queue'), penalty: null }),
  'agent.queue_left': (cells) => ({ agent_id: text(cells, 'agent'), queue_id: text(cells, 'queue'), cause: '' }),
  'agent.paused': (cells) => ({
    agent_id: text(cells, 'agent'),
    queue_id: textOrNull(cells, 'queue'),
    reason: text(cells, 'reason'),
  }),
  'agent.unpaused': (cells) => ({ agent_id: text(cells, 'agent'), queue_id: textOrNull(cells, 'queue') }),
  'agent.wrap_started': (cells) => ({
    agent_id: text(cells, 'agent'),
    visit_id: text(cells, 'visit') || 'v1',
    limit_ms: numberOrNull(cells, 'limit_ms'),
  }),
  'agent.wrap_ended': (cells) => ({ agent_id: text(cells, 'agent'), visit_id: text(cells, 'visit') || 'v1' }),
  'agent.snapshot': (cells) => ({
    agent_id: text(cells, 'agent'),
    status: text(cells, 'status'),
    queue_ids: text(cells, 'queues')
      .split(',')
      .filter((queue) => queue !== ''),
  }),
  'switch.started': noFields,
  'switch.heartbeat': noFields,
  'switch.channels': (cells) => ({
    leg_ids: text(cells, 'legs')
      .split(',')
      .filter((leg) => leg !== ''),
  }),
  'adapter.gap': (cells) => ({
    from_seq: 0,
    to_seq: 0,
    reason: text(cells, 'reason'),
    from_at: numberOrNull(cells, 'gap_from'),
    to_at: numberOrNull(cells, 'gap_to'),
  }),
  'call.blocked': (cells) => ({ reason: text(cells, 'reason') }),
  'call.called_back': (cells) => ({ of_call_key: text(cells, 'of'), of_visit_id: text(cells, 'visit') || 'v1' }),
};
