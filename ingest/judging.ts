import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DeadLetter, deadLetterMessage, deadLetterOf } from '../schemas/dead-letters.ts';
import type { Event } from '../schemas/events.ts';
import { quarantineId } from '../schemas/ids.ts';
import type { Rejection } from '../schemas/rejections.ts';
import { cleanText } from './clean-text.ts';
import type { Normalised, Source } from './dialect.ts';
import { originInText, originOf, type OriginFields } from './origin.ts';
import { eventMessage, type Message } from './publishing.ts';
import { type SentRecord, tooLarge } from './records.ts';

/** A way to speak of calls. */
export type Dialect = {
  /** As shown with quarantined records; stable, because by it they find their way back. */
  name: string;
  normalise: (value: unknown, source: Source) => Normalised;
  /** Where a record says whose it is, for those that say nothing else of use. */
  origin: OriginFields;
};

export type Refused = Rejection & { index: number; quarantine_id: string };

/** What becomes of the records of one request, and the messages that make it so. */
export type Judgement = { accepted: number; ignored: number; rejected: Refused[]; messages: Message[] };

/** Kafka takes about this much in a message; larger events are refused while the sender still listens. */
const maxMessageBytes = 850_000;

/** Of a larger record that cannot be used the beginning is kept. */
const maxRawBytes = 512 * 1024;

/** Records judged before others get their turn. */
const recordsATurn = 256;

/** Normalises and encodes records; what is wrong with one is no matter of the others. */
export const judge = async (
  records: Iterable<SentRecord>,
  dialect: Dialect,
  source: Source,
  onBug: (error: unknown) => void,
): Promise<Judgement> => {
  const judgement: Judgement = { accepted: 0, ignored: 0, rejected: [], messages: [] };
  let index = 0;
  for (const record of records) {
    judgeOne(record, index, dialect, source, judgement, onBug);
    index += 1;
    if (index % recordsATurn === 0) await nextTurn();
  }
  return judgement;
};

const judgeOne = (
  record: SentRecord,
  index: number,
  dialect: Dialect,
  source: Source,
  judgement: Judgement,
  onBug: (error: unknown) => void,
): void => {
  const outcome = meaningOf(record, dialect, source, onBug);
  if ('rejection' in outcome) {
    const letter = deadLetter(record, outcome.rejection, dialect, source);
    judgement.rejected.push({ ...outcome.rejection, index, quarantine_id: letter.quarantine_id });
    judgement.messages.push(deadLetterMessage(letter));
  } else if (outcome.messages.length === 0) {
    judgement.ignored += 1;
  } else {
    judgement.accepted += 1;
    for (const message of outcome.messages) judgement.messages.push(message);
  }
};

export type Meaning = { events: readonly Event[]; messages: Message[] } | { rejection: Rejection };

/** What one record says, as events and as the messages that carry them; none where it says nothing about calls. */
export const meaningOf = (
  record: SentRecord,
  dialect: Dialect,
  source: Source,
  onBug: (error: unknown) => void,
): Meaning => {
  if ('rejection' in record) return { rejection: record.rejection };
  try {
    const normalised = dialect.normalise(record.value, source);
    if ('rejection' in normalised) return normalised;
    const { events } = normalised;
    const messages = events.map(eventMessage);
    const isTooLarge = messages.some((message) => message.value.length > maxMessageBytes);
    return isTooLarge ? { rejection: tooLarge } : { events, messages };
  } catch (error) {
    // A bug of ours must not cost the sender the other records: this one is kept, and can be sent again later.
    onBug(error);
    return { rejection: { code: 'INTERNAL_ERROR', field: '', message: 'the record could not be read: it is kept' } };
  }
};

const deadLetter = (
  record: SentRecord,
  rejection: Rejection,
  { name, origin }: Dialect,
  source: Source,
): DeadLetter => {
  const raw = record.raw();
  const cut = raw.length > maxRawBytes;
  const message = `${rejection.message} (the first ${maxRawBytes} of ${raw.length} bytes are kept)`;
  const kept = cut ? raw.subarray(0, maxRawBytes) : raw;
  const told = 'value' in record ? originOf(record.value, origin) : originInText(kept, origin);
  return deadLetterOf(cut ? { ...rejection, message } : rejection, {
    // Of all its bytes, not of those that are kept.
    quarantine_id: quarantineId(source.tenantId, name, raw),
    tenant_id: source.tenantId,
    stage: 'ingest',
    source: name,
    switch_id: source.askedSwitchId ?? source.boundSwitchId ?? cleanText(told.switchId),
    received_at: source.observedAtUs,
    raw: kept,
    boot_id: cleanText(told.bootId),
    native_seq: told.seq,
    asked_switch_id: source.askedSwitchId ?? '',
    bound_switch_id: source.boundSwitchId ?? '',
    record_bytes: raw.length,
  });
};
