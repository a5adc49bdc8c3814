import type { Static } from 'typebox';
import { ruleText } from '../../schemas/decisions.ts';
import { textOrNull } from '../http/value-schemas.ts';
import type { CallDetailRow, CallSummaryRow } from './call-columns.ts';
import type { Call, CallSummary } from './call-schemas.ts';
import { pauseBodies, transcriptionOf } from '../recordings/transcription.ts';
import type { Link } from '../recordings/download-links.ts';
import { costTotals } from './cost-totals.ts';

const isWithheld = (row: CallSummaryRow): boolean => row.caller_presentation === 'restricted';

export const callSummary = (row: CallSummaryRow): Static<typeof CallSummary> => ({
  id: row.call_id,
  call_uuid: row.call_key,
  switch_id: row.switch_id,
  state: row.state === 'active' ? 'active' : 'ended',
  direction: row.direction,
  disposition: row.disposition,
  started_at: row.started_at,
  switch_answered_at: row.switch_answered_at,
  answered_at: row.answered_at,
  ended_at: row.ended_at,
  ...spans(row),
  caller: {
    number: isWithheld(row) ? null : textOrNull(row.caller_number),
    e164: isWithheld(row) ? null : textOrNull(row.caller_e164),
    name: isWithheld(row) ? null : textOrNull(row.caller_name),
    presentation: row.caller_presentation,
  },
  callee: { number: textOrNull(row.callee_number), e164: textOrNull(row.callee_e164) },
  dialled_number: textOrNull(row.dialled_number),
  hangup_cause: textOrNull(row.hangup_cause),
  cause_q850: row.cause_q850,
  sip_code: row.sip_code,
  ended_by: row.ended_by,
  answered_by:
    row.answered_by_kind === ''
      ? null
      : {
          kind: row.answered_by_kind,
          id: textOrNull(row.answered_by_id),
          leg_id: textOrNull(row.answered_by_leg_id),
          amd: textOrNull(row.answered_by_amd),
        },
  last_answered_by: textOrNull(row.last_answered_by_id),
  reached_voicemail: row.reached_voicemail,
  has_recording: row.has_recording,
  recording_ids: [...row.recording_ids],
  quality: [...row.quality],
  version: row.version,
  updated_at: row.updated_at,
});

const spans = (row: CallSummaryRow) => ({
  duration_ms: row.duration_ms,
  duration_seconds: Math.floor(row.duration_ms / 1000),
  billsec: Math.floor(row.bill_ms / 1000),
  setup_ms: row.setup_ms,
  ring_ms: row.ring_ms,
  wait_ms: row.wait_ms,
  connect_ms: row.connect_ms,
  hold_ms: row.hold_ms,
  talk_ms: row.talk_ms,
  bill_ms: row.bill_ms,
});

type Extras = {
  /** By recording id; those that are missing have none, or the key may not have them. */
  readonly links: ReadonlyMap<string, Link>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly eventsTruncated: boolean;
};

export const callDetail = (row: CallDetailRow, extras: Extras): Static<typeof Call> => ({
  ...callSummary(row),
  native_ids: [...row.native_ids],
  sip_call_ids: [...row.sip_call_ids],
  legs: row.legs.map((leg) => legBody(leg, isWithheld(row))),
  bridges: row.bridges.map(({ from, to, ...bridge }) => ({
    ...bridge,
    other_leg_id: textOrNull(bridge.other_leg_id),
    started_at: from,
    ended_at: to,
  })),
  holds: row.holds.map(({ leg_id, from, to }) => ({ leg_id, started_at: from, ended_at: to })),
  transfers: row.transfers.map((transfer) => ({
    ...transfer,
    by_leg_id: textOrNull(transfer.by_leg_id),
    from: textOrNull(transfer.from),
    to: textOrNull(transfer.to),
    consult_leg_id: textOrNull(transfer.consult_leg_id),
    reason: transfer.reason === 'none' ? null : textOrNull(transfer.reason),
  })),
  queue_visits: row.queue_visits.map((visit) => visitBody(visit, row.overflows)),
  queue_refusals: row.queue_refusals.map((refusal) => ({ ...refusal, leg_id: textOrNull(refusal.leg_id) })),
  callback_of:
    row.callback_of_call_key === ''
      ? null
      : { call_uuid: row.callback_of_call_key, visit_id: textOrNull(row.callback_of_visit_id) },
  recordings: row.recordings.map((recording) => recordingBody(recording, row, extras.links)),
  transcription: transcriptionOf(row.transcripts),
  costs: [...row.costs],
  cost_totals: costTotals(row.costs),
  last_event_at: row.last_event_at,
  decided_by: decisionsBody(row.decided_by),
  events: [...extras.events],
  events_truncated: extras.eventsTruncated,
});

type Rows = CallDetailRow;

const legBody = (leg: Rows['legs'][number], withheld: boolean) => ({
  ...leg,
  // The endpoint of who calls holds the number, as in sofia/trunk/+4420…@carrier.
  endpoint: withheld && leg.direction !== 'out' ? null : textOrNull(leg.endpoint),
  destination: textOrNull(leg.destination),
  sip_call_id: textOrNull(leg.sip_call_id),
  hangup_cause: textOrNull(leg.hangup_cause),
});

const visitBody = (visit: Rows['queue_visits'][number], overflows: Rows['overflows']) => ({
  ...visit,
  overflowed_from: overflows.find(({ to_visit_id }) => to_visit_id === visit.visit_id)?.from_visit_id ?? null,
  overflowed_to: overflows.find(({ from_visit_id }) => from_visit_id === visit.visit_id)?.to_visit_id ?? null,
  agent_id: textOrNull(visit.agent_id),
  agent_leg_id: textOrNull(visit.agent_leg_id),
  ended_by: textOrNull(visit.ended_by),
  offers: visit.offers.map((offer) => ({ ...offer, outcome: textOrNull(offer.outcome) })),
});

const decisionsBody = (decisions: Rows['decided_by']) =>
  Object.fromEntries(
    decisions.map(({ field, rule, event_id }) => [
      field,
      { rule, text: ruleText(field, rule), event_id: textOrNull(event_id) },
    ]),
  );

const recordingBody = (
  recording: Rows['recordings'][number],
  { recording_times, transcripts }: Rows,
  links: ReadonlyMap<string, Link>,
) => {
  const isOfThis = ({ recording_id }: { readonly recording_id: string }): boolean =>
    recording_id === recording.recording_id;
  const link = links.get(recording.recording_id);
  const times = recording_times.find(isOfThis);
  return {
    id: recording.recording_id,
    status: recording.status,
    leg_id: textOrNull(recording.leg_id),
    started_at: recording.started_at,
    ended_at: times?.ended_at ?? null,
    pauses: pauseBodies(times?.pauses ?? []),
    duration_ms: recording.duration_ms,
    duration_seconds: recording.duration_ms === null ? null : Math.floor(recording.duration_ms / 1000),
    size_bytes: recording.bytes,
    transcription: transcriptionOf(transcripts.filter(isOfThis)),
    download_url: link?.url ?? null,
    download_url_expires_at: link?.expiresAt ?? null,
  };
};
