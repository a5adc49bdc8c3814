import { setImmediate as nextTurn } from 'node:timers/promises';
import { quarantineId } from '../schemas/ids.ts';
import type { Rejection } from '../schemas/rejections.ts';
import type { Normalised, Source } from './dialect.ts';
import { deadLetterMessage, eventMessage, type Message } from './publishing.ts';
import { type SentRecord, tooLarge } from './records.ts';

/** A way to speak of calls: its name (as shown with quarantined records) and its meaning. */
export type Dialect = { name: string; normalise: (value: unknown, source: Source) => Normalised };

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
  const outcome = 'rejection' in record ? record : messagesOf(record.value, dialect, source, onBug);
  if ('rejection' in outcome) {
    const letter = deadLetter(record.raw(), outcome.rejection, dialect, source);
    judgement.rejected.push({ ...outcome.rejection, index, quarantine_id: letter.quarantine_id });
    judgement.messages.push(deadLetterMessage(letter));
  } else if (outcome.messages.length === 0) {
    judgement.ignored += 1;
  } else {
    judgement.accepted += 1;
    for (const message of outcome.messages) judgement.messages.push(message);
  }
};

const messagesOf = (
  value: unknown,
  dialect: Dialect,
  source: Source,
  onBug: (error: unknown) => void,
): { messages: Message[] } | { rejection: Rejection } => {
  try {
    const normalised = dialect.normalise(value, source);
    if ('rejection' in normalised) return normalised;
    const messages = normalised.events.map(eventMessage);
    return messages.some((message) => message.value.length > maxMessageBytes) ? { rejection: tooLarge } : { messages };
  } catch (error) {
    // A bug of ours must not cost the sender the other records: this one is kept, and can be sent again later.
    onBug(error);
    return { rejection: { code: 'INTERNAL_ERROR', field: '', message: 'the record could not be read: it is kept' } };
  }
};

const deadLetter = (raw: Buffer, rejection: Rejection, dialect: Dialect, source: Source) => {
  const cut = raw.length > maxRawBytes;
  return {
    ...rejection,
    message: cut
      ? `${rejection.message} (the first ${maxRawBytes} of ${raw.length} bytes are kept)`
      : rejection.message,
    quarantine_id: quarantineId(source.tenantId, dialect.name, raw),
    tenant_id: source.tenantId,
    stage: 'ingest',
    source: dialect.name,
    switch_id: source.askedSwitchId ?? source.boundSwitchId ?? '',
    received_at: source.observedAtUs,
    raw: cut ? raw.subarray(0, maxRawBytes) : raw,
  };
};
