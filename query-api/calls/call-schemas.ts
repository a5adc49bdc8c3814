import { Type } from 'typebox';
import { rules } from '../../schemas/decisions.ts';
import { instant, maybeInstant, maybeInteger, maybeText, orNull } from '../http/value-schemas.ts';
import { Pauses, Transcription } from '../recordings/transcription.ts';
import { directions, dispositions } from './list-parameters.ts';

const ms = (description: string) => Type.Integer({ description });

/** Why it ended. */
const cause = {
  hangup_cause: maybeText('As the switch calls it, e.g. NORMAL_CLEARING.'),
  cause_q850: maybeInteger('Cause of ITU-T Q.850.'),
  sip_code: maybeInteger('Final SIP status, where one was seen.'),
};

const Caller = Type.Object({
  number: maybeText('As the switch gave it; null where withheld.'),
  e164: maybeText('In E.164, where the number is one.'),
  name: maybeText(),
  presentation: Type.Enum(['allowed', 'restricted', 'unavailable']),
});

const Callee = Type.Object({ number: maybeText(), e164: maybeText() }, { description: 'Who answered or was rung.' });

const summary = {
  id: Type.String({
    description: 'Ordered by start, the same for ever.',
    examples: ['call_01kfdm0000e8vv7x5a9tq3mz4c'],
  }),
  call_uuid: Type.String({ description: 'The switch’s own id of the call.' }),
  switch_id: Type.String(),
  state: Type.Enum(['active', 'ended']),
  direction: Type.Enum([...directions]),
  disposition: Type.Enum([...dispositions]),
  started_at: instant('When the call’s first leg was created.'),
  switch_answered_at: maybeInstant('When anything answered: a person, a menu, queue music, voicemail.'),
  answered_at: maybeInstant('When the caller first was connected with who answered.'),
  ended_at: maybeInstant(),
  duration_ms: ms('From start to end, or to what is known of a call that goes on.'),
  duration_seconds: Type.Integer({ description: '`duration_ms` in whole seconds, rounded down.' }),
  billsec: Type.Integer({ description: '`bill_ms` in whole seconds, rounded down.' }),
  setup_ms: maybeInteger('Until the first ringing.'),
  ring_ms: ms('Ringing outside queues.'),
  wait_ms: ms('Waiting in queues.'),
  connect_ms: ms('Connected with a person, hold included.'),
  hold_ms: ms('On hold while connected.'),
  talk_ms: ms('`connect_ms` without `hold_ms`.'),
  bill_ms: ms('From `switch_answered_at` to the end.'),
  caller: Caller,
  callee: Callee,
  dialled_number: maybeText('What the caller dialled.'),
  ...cause,
  ended_by: Type.Enum(['caller', 'callee', 'agent', 'transfer', 'switch', 'unknown']),
  answered_by: orNull(
    Type.Object({
      kind: Type.String(),
      id: maybeText(),
      leg_id: maybeText(),
      amd: maybeText('human or machine, where answering-machine detection said so.'),
    }),
    'Who answered first; null where nobody did.',
  ),
  last_answered_by: maybeText('Who had the call last, after transfers.'),
  reached_voicemail: Type.Boolean(),
  has_recording: Type.Boolean(),
  recording_ids: Type.Array(Type.String()),
  quality: Type.Array(Type.String(), { description: 'What is doubtful about the record; empty = nothing.' }),
  version: Type.Integer({ description: 'Grows whenever the record changes.' }),
  updated_at: instant(),
};

/** A call in a listing. */
export const CallSummary = Type.Object(summary, { title: 'CallSummary' });

const Leg = Type.Object({
  leg_id: Type.String(),
  native_id: Type.String({ description: 'The switch’s own id.' }),
  switch_id: Type.String(),
  role: Type.String(),
  direction: Type.String(),
  endpoint: maybeText(),
  endpoint_kind: Type.String(),
  destination: maybeText(),
  sip_call_id: maybeText(),
  created_at: maybeInstant(),
  ringing_at: maybeInstant(),
  answered_at: maybeInstant(),
  ended_at: maybeInstant(),
  ...cause,
  connect_ms: Type.Integer(),
  bill_ms: maybeInteger(),
});

const Bridge = Type.Object({
  bridge_id: Type.String(),
  kind: Type.String(),
  leg_id: Type.String(),
  other_leg_id: maybeText(),
  started_at: instant(),
  ended_at: maybeInstant(),
});

const Hold = Type.Object({ leg_id: Type.String(), started_at: instant(), ended_at: maybeInstant() });

const Transfer = Type.Object({
  at: instant(),
  kind: Type.String(),
  by_leg_id: maybeText(),
  from: maybeText(),
  to: maybeText(),
  consult_leg_id: maybeText(),
  completed: orNull(Type.Boolean()),
  reason: maybeText('Of a forward: busy, no_answer or unconditional.'),
});

const Offer = Type.Object({
  attempt_id: Type.String(),
  agent_id: Type.String(),
  at: instant(),
  outcome: maybeText('Null while it rings.'),
  ring_ms: maybeInteger(),
});

const QueueVisit = Type.Object({
  visit_id: Type.String(),
  queue_id: Type.String(),
  overflowed_from: maybeText('The visit to another queue that sent the caller on to this one.'),
  overflowed_to: maybeText('The visit to another queue that this one sent the caller on to.'),
  entered_at: maybeInstant(),
  connected_at: maybeInstant(),
  left_at: maybeInstant(),
  ended_at: maybeInstant(),
  outcome: Type.String(),
  origin: Type.String(),
  agent_id: maybeText(),
  agent_leg_id: maybeText(),
  wait_ms: Type.Integer(),
  ring_ms: maybeInteger(),
  connect_ms: Type.Integer(),
  hold_ms: maybeInteger(),
  ended_by: maybeText(),
  offers: Type.Array(Offer),
});

const Refusal = Type.Object(
  { queue_id: Type.String(), reason: Type.String(), at: instant(), leg_id: maybeText() },
  { description: 'A queue that did not let the caller in.' },
);

const Cost = Type.Object({
  at: instant(),
  item: Type.String(),
  amount_micros: Type.Integer({ description: 'Millionths of the currency’s unit.' }),
  currency: Type.String({ description: 'ISO 4217.' }),
});

const CostTotal = Type.Object({ currency: Type.String(), amount_micros: Type.Integer() });

const CallRecording = Type.Object({
  id: Type.String(),
  status: Type.String(),
  leg_id: maybeText(),
  started_at: maybeInstant(),
  ended_at: maybeInstant(),
  pauses: Pauses,
  duration_ms: maybeInteger(),
  duration_seconds: maybeInteger(),
  size_bytes: maybeInteger(),
  transcription: Transcription,
  download_url: maybeText('Null unless the audio is stored and the key has recordings:read.'),
  download_url_expires_at: maybeInstant(),
});

const CallEvent = Type.Object(
  {},
  { additionalProperties: true, description: 'One event, in the canonical form that POST /v1/events takes.' },
);

const CallEvents = Type.Array(CallEvent, {
  description: 'What the record was made from, in the order of their times.',
});

/** An event in both forms. */
export const CallEventPair = Type.Object(
  {
    event: CallEvent,
    native: Type.Object(
      {
        name: Type.String({ description: 'What the switch calls such an event.' }),
        id: Type.String({ description: 'Of the channel, row or record that it was told with.' }),
        seq: maybeInteger('The switch’s own sequence number.'),
        fields: Type.Record(Type.String(), Type.String(), { description: 'Fields of the native event that are kept.' }),
      },
      { description: 'What the switch itself told.' },
    ),
  },
  { title: 'CallEvent' },
);

const Decision = Type.Object({
  rule: Type.String({ description: 'Code of the rule that gave the field its value; all are in docs/definitions.md.' }),
  text: Type.String({ description: 'The rule in words.' }),
  event_id: maybeText('The event that made the rule hold, among `events`; null where no event did.'),
});

const DecidedBy = Type.Object(Object.fromEntries(Object.keys(rules).map((field) => [field, Type.Optional(Decision)])), {
  description: 'Why these fields say what they say. Empty for calls that an older version assembled.',
});

/** A call with all that is known of it. */
export const Call = Type.Object(
  {
    ...summary,
    native_ids: Type.Array(Type.String()),
    sip_call_ids: Type.Array(Type.String()),
    legs: Type.Array(Leg),
    bridges: Type.Array(Bridge),
    holds: Type.Array(Hold),
    transfers: Type.Array(Transfer),
    queue_visits: Type.Array(QueueVisit),
    queue_refusals: Type.Array(Refusal),
    callback_of: orNull(
      Type.Object({ call_uuid: Type.String(), visit_id: maybeText() }),
      'The call and queue visit whose caller this call calls back.',
    ),
    recordings: Type.Array(CallRecording),
    transcription: Transcription,
    costs: Type.Array(Cost),
    cost_totals: Type.Array(CostTotal, { description: 'Sum of the costs in each currency.' }),
    last_event_at: instant(),
    decided_by: DecidedBy,
    events: CallEvents,
    events_truncated: Type.Boolean({ description: 'True where there are more events than are shown.' }),
  },
  { title: 'Call' },
);
