import { type Static, Type } from 'typebox';
import { decodeEvent } from '../../schemas/event-codec.ts';
import { eventToJson } from '../../schemas/event-json.ts';
import { wayBack } from '../../schemas/ways-back.ts';
import { instant, maybeInstant, maybeInteger, maybeText, orNull, textOrNull } from '../http/value-schemas.ts';
import { statuses } from './list-parameters.ts';
import type { QuarantineFound, Standing, StepFound } from './quarantine-query.ts';
import type { Quarantined, Standings } from './quarantine-reader.ts';

const summary = {
  id: Type.String(),
  received_at: instant(),
  code: Type.String({ description: 'Why it could not be used; stable.' }),
  message: Type.String({ description: 'The same for people, with the way out.' }),
  field: maybeText('Path of the offending field; null where it is the whole record.'),
  stage: Type.String({ description: 'Who refused it.' }),
  source: Type.String({ description: 'Where it came from.' }),
  switch_id: maybeText(),
  boot_id: maybeText("The sender's run, where the record says it."),
  native_seq: maybeInteger("The sender's number of the record, where it can be read."),
  raw_bytes: Type.Integer({ description: 'How many of its bytes are kept.' }),
  status: Type.Enum([...statuses], { description: 'What has become of it.' }),
  attempts: Type.Integer({ description: 'How often it was to be redriven.' }),
  last_attempt: orNull(
    Type.Object({ id: Type.String(), actor: Type.String(), asked_at: instant() }),
    'The last thing done about it.',
  ),
  redrive: Type.Object({
    as_it_is: Type.Boolean({ description: 'Whether redriving it without a correction can be of use.' }),
    corrected_in: maybeText('The dialect in which a correction is given; null where none can be.'),
    why: maybeText('Why it cannot be redriven as it is, and what to do instead.'),
  }),
};
export const Refused = Type.Object(summary, { title: 'QuarantinedRecord' });

const Attempt = Type.Object({
  id: Type.String(),
  status: Type.Enum(['redriving', 'redriven', 'refused_again', 'dismissed']),
  actor: Type.String({ description: 'Id of the API key that asked, or who did so on the command line.' }),
  asked_at: instant(),
  settled_at: maybeInstant('Null while it is under way.'),
  switch_id: maybeText('The switch that was named.'),
  correction: maybeText('The corrected record that was given.'),
  events: maybeInteger('How many events it became.'),
  event_ids: Type.Array(Type.String(), { description: 'The first hundred of them.' }),
  code: maybeText('Why it was refused again.'),
  message: maybeText('The same for people; or why it was dismissed.'),
  field: maybeText(),
});

export const RefusedWithBytes = Type.Object({
  ...summary,
  raw_base64: Type.String({ contentEncoding: 'base64', description: 'The record as it came.' }),
  record: maybeText(
    'The record as text, to be corrected: events of the log in the canonical form. Null for other bytes.',
  ),
  attempt_list: Type.Array(Attempt, { description: 'Everything that was done about it.' }),
});

export const refusedBody = ({ record: row, standing }: Standings<QuarantineFound>): Static<typeof Refused> => {
  const { asItIs, correctedIn, why } = wayBack(row);
  return {
    id: row.quarantine_id,
    received_at: row.received_at,
    code: row.code,
    message: row.message,
    field: textOrNull(row.field),
    stage: row.stage,
    source: row.source,
    switch_id: textOrNull(row.switch_id),
    boot_id: textOrNull(row.boot_id),
    native_seq: row.native_seq,
    raw_bytes: row.raw_bytes,
    status: standing?.status ?? 'open',
    attempts: standing?.attempts ?? 0,
    last_attempt: lastAttempt(standing),
    redrive: { as_it_is: asItIs !== null, corrected_in: correctedIn, why: textOrNull(why) },
  };
};

const lastAttempt = (standing: Standing | null): Static<typeof Refused>['last_attempt'] =>
  standing === null
    ? null
    : { id: standing.last_attempt_id, actor: standing.last_actor, asked_at: standing.last_asked_at };

export const refusedWithBytes = (
  found: Standings<Quarantined>,
  steps: readonly StepFound[],
): Static<typeof RefusedWithBytes> => ({
  ...refusedBody(found),
  raw_base64: found.record.raw_base64,
  record: recordText(found.record),
  attempt_list: attemptsOf(steps),
});

const recordText = ({ stage, raw_base64 }: Quarantined): string | null => {
  const raw = Buffer.from(raw_base64, 'base64');
  if (stage === 'ingest') return textOf(raw);
  const decoded = decodeEvent(raw);
  return 'event' in decoded ? JSON.stringify(eventToJson(decoded.event), null, 2) : textOf(raw);
};

const textOf = (raw: Buffer): string | null => {
  const text = raw.toString('utf8');
  return Buffer.from(text).equals(raw) ? text : null;
};

const attemptsOf = (steps: readonly StepFound[]): Static<typeof Attempt>[] => {
  const attempts = new Map<string, Static<typeof Attempt>>();
  for (const step of steps) {
    const known = attempts.get(step.attempt_id) ?? begun(step);
    attempts.set(step.attempt_id, step.step === 'asked' ? known : { ...known, ...ended(step) });
  }
  return [...attempts.values()];
};

const begun = (step: StepFound): Static<typeof Attempt> => ({
  id: step.attempt_id,
  status: 'redriving',
  actor: step.actor,
  asked_at: step.asked_at,
  settled_at: null,
  switch_id: textOrNull(step.switch_id),
  correction: step.corrected ? textOf(Buffer.from(step.raw_base64, 'base64')) : null,
  events: null,
  event_ids: [],
  code: null,
  message: null,
  field: null,
});

const outcomes = { redriven: 'redriven', refused: 'refused_again', dismissed: 'dismissed' } as const;

const ended = (step: StepFound): Partial<Static<typeof Attempt>> => ({
  status: step.step === 'asked' ? 'redriving' : outcomes[step.step],
  settled_at: step.at,
  events: step.step === 'redriven' ? step.events : null,
  event_ids: [...step.event_ids],
  code: textOrNull(step.code),
  message: textOrNull(step.message),
  field: textOrNull(step.field),
});
