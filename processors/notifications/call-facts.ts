import { isoFromMicros } from '../../schemas/event-json.ts';
import type { CallFacts, Change } from '../../schemas/notifications.ts';
import type { CallView } from './call-view.ts';

/** What is told about a call, from its row; a withheld number or name is never told. */
export const factsOf = (row: CallView): CallFacts => {
  const isWithheld = row.caller_presentation === 'restricted';
  return {
    state: row.state,
    merged_into: orNull(row.merged_into),
    switch_id: row.switch_id,
    direction: row.direction,
    disposition: row.disposition,
    started_at: row.started_at,
    switch_answered_at: row.switch_answered_at,
    answered_at: row.answered_at,
    ended_at: row.ended_at,
    duration_ms: row.duration_ms,
    setup_ms: row.setup_ms,
    ring_ms: row.ring_ms,
    wait_ms: row.wait_ms,
    connect_ms: row.connect_ms,
    hold_ms: row.hold_ms,
    talk_ms: row.talk_ms,
    bill_ms: row.bill_ms,
    caller: {
      number: isWithheld ? null : orNull(row.caller_number),
      e164: isWithheld ? null : orNull(row.caller_e164),
      name: isWithheld ? null : orNull(row.caller_name),
    },
    caller_presentation: row.caller_presentation,
    callee: { number: orNull(row.callee_number), e164: orNull(row.callee_e164), name: null },
    dialled_number: orNull(row.dialled_number),
    hangup_cause: orNull(row.hangup_cause),
    cause_q850: row.cause_q850,
    sip_code: row.sip_code,
    ended_by: row.ended_by,
    answered_by_kind: orNull(row.answered_by_kind),
    answered_by_id: orNull(row.answered_by_id),
    last_answered_by_id: orNull(row.last_answered_by_id),
    reached_voicemail: row.reached_voicemail,
    queue_ids: [...new Set(row.queue_visits.map(({ queue_id }) => queue_id))],
    has_recording: row.has_recording,
    recording_ids: row.recordings.flatMap(({ recording_id, status }) => (status === 'available' ? [recording_id] : [])),
    quality: [...row.quality],
  };
};

const orNull = (text: string): string | null => (text === '' ? null : text);

/** While a call goes on these grow with every event: that they do is no news. */
const running: ReadonlySet<keyof CallFacts> = new Set<keyof CallFacts>([
  'duration_ms',
  'ring_ms',
  'wait_ms',
  'connect_ms',
  'hold_ms',
  'talk_ms',
  'bill_ms',
]);

/** What differs; of a call that goes on without what only runs. */
export const changesBetween = (before: CallFacts, after: CallFacts): Change[] =>
  (Object.keys(after) as (keyof CallFacts)[]).flatMap((field) => {
    if (after.state === 'active' && running.has(field)) return [];
    const [was, is] = [jsonOf(field, before), jsonOf(field, after)];
    return was === is ? [] : [{ field, before: was, after: is }];
  });

const jsonOf = (field: keyof CallFacts, facts: CallFacts): string => {
  const value = facts[field] ?? null;
  return JSON.stringify(field.endsWith('_at') && typeof value === 'number' ? isoFromMicros(value) : value);
};
