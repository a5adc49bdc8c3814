import { deadLetterMessage, decodeDeadLetter } from '../../schemas/dead-letters.ts';
import { decodeEvent } from '../../schemas/event-codec.ts';
import type { ActionOf, QuarantineAction, RedriveAsked } from '../../schemas/quarantine-actions.ts';
import type { Rejection } from '../../schemas/rejections.ts';
import type { Source } from '../dialect.ts';
import { dialects, type RoutedDialect } from '../dialects.ts';
import { MalformedArray } from '../json-elements.ts';
import { meaningOf } from '../judging.ts';
import { destinationOf, type Message } from '../publishing.ts';
import { recordsOfKept, type SentRecord } from '../records.ts';

/** What becomes of a record that is to be taken again: messages for the log, or why there are none. */
type Outcome = { messages: readonly Message[]; eventIds: readonly string[] } | { rejection: Rejection };

/** Messages to publish, and then the action that tells what came of it. */
export type Settled = { messages: readonly Message[]; told: QuarantineAction };

/** So many ids of events are told; their number always is. */
const mostIdsTold = 100;

/**
 * Takes a refused record again, exactly as the route that it came by would, but received when it was asked for: doing
 * it twice gives the same messages.
 */
export const settle = (
  { action, ...asked }: ActionOf<'asked'>,
  nowUs: number,
  onBug: (error: unknown) => void,
): Settled => {
  const outcome = outcomeOf(action, asked.asked_at, onBug);
  const attempt = { ...asked, at: nowUs };
  if ('rejection' in outcome) {
    const { code, message, field } = outcome.rejection;
    return { messages: [], told: { ...attempt, step: 'refused', action: { code, message, field } } };
  }
  const { messages, eventIds } = outcome;
  const redriven = { events: eventIds.length, event_ids: eventIds.slice(0, mostIdsTold) };
  return { messages, told: { ...attempt, step: 'redriven', action: redriven } };
};

const outcomeOf = (asked: RedriveAsked, askedAtUs: number, onBug: (error: unknown) => void): Outcome => {
  switch (asked.way) {
    case 'record':
      return recordOutcome(asked, askedAtUs, onBug);
    case 'event':
      return eventOutcome(asked);
    case 'letter':
      return letterOutcome(asked);
  }
};

const refuse = (code: string, message: string): { rejection: Rejection } => ({
  rejection: { code, message, field: '' },
});

const dialectsByName: ReadonlyMap<string, RoutedDialect> = new Map(
  Object.values(dialects).map((dialect) => [dialect.name, dialect]),
);

/** All of it or nothing: a correction that is wrong in part is corrected as a whole. */
const recordOutcome = (asked: RedriveAsked, askedAtUs: number, onBug: (error: unknown) => void): Outcome => {
  const dialect = dialectsByName.get(asked.dialect);
  if (dialect === undefined) return refuse('INVALID_FIELD', `this version reads no ${asked.dialect}: upgrade ingest`);
  const source: Source = {
    tenantId: asked.as_tenant_id,
    observedAtUs: askedAtUs,
    askedSwitchId: asked.asked_switch_id || null,
    boundSwitchId: asked.bound_switch_id || null,
  };
  const messages: Message[] = [];
  const eventIds: string[] = [];
  for (const record of recordsIn(dialect, asked.raw)) {
    const meaning = meaningOf(record, dialect, source, onBug);
    if ('rejection' in meaning) return meaning;
    messages.push(...meaning.messages);
    eventIds.push(...meaning.events.map(({ event_id }) => event_id));
  }
  return { messages, eventIds };
};

const recordsIn = ({ text }: RoutedDialect, raw: Buffer): readonly SentRecord[] => {
  try {
    const records = [...recordsOfKept(text, raw)];
    if (records.length > 0) return records;
  } catch (error) {
    if (!(error instanceof MalformedArray)) throw error;
  }
  const rejection = { code: 'MALFORMED_JSON', message: 'it holds no record that can be read', field: '' };
  return [{ raw: () => raw, rejection }];
};

/** The event as it was, to where events of its type go. */
const eventOutcome = ({ raw, as_tenant_id }: RedriveAsked): Outcome => {
  const decoded = decodeEvent(raw);
  if ('rejection' in decoded) return refuse('NOT_AN_EVENT', decoded.rejection);
  const { event } = decoded;
  // Of messages that nobody could read the tenant was unknown; now the event says it.
  if (as_tenant_id !== '' && event.tenant_id !== as_tenant_id)
    return refuse('TENANT_NOT_ALLOWED', 'the event is of another tenant');
  return { messages: [{ ...destinationOf(event), value: raw }], eventIds: [event.event_id] };
};

const letterOutcome = ({ raw }: RedriveAsked): Outcome => {
  try {
    return { messages: [deadLetterMessage(decodeDeadLetter(raw))], eventIds: [] };
  } catch (error) {
    return refuse('UNDECODABLE', `not a dead letter: ${error instanceof Error ? error.message : String(error)}`);
  }
};
