import type { RecordBatch } from '../../runtime/kafka.ts';
import { type DeadLetter, decodeDeadLetter, messageLetter } from '../../schemas/dead-letters.ts';
import type { QuarantinedRow } from '../../schemas/rows.ts';

const latest = Number.MAX_SAFE_INTEGER;

/**
 * The rows of a batch of dead letters. A letter that cannot be read is itself kept: nothing that came here is lost. Its
 * tenant is unknown, so only operators see it.
 */
export const toQuarantinedRows = ({ topic, partition, messages }: RecordBatch): QuarantinedRow[] =>
  messages.flatMap(({ value, offset, timestampMs }) => {
    // A tombstone holds nothing to keep.
    if (value === null) return [];
    const letter = read(value);
    if (typeof letter === 'object') return [toRow(letter)];
    const rejection = { code: 'UNDECODABLE', message: `not a dead letter: ${letter}`, field: '' };
    const source = `${topic}/${partition}/${offset}`;
    return [toRow(messageLetter(rejection, { stage: 'quarantine', event: null, raw: value, source, timestampMs }))];
  });

const toRow = (letter: DeadLetter): QuarantinedRow => ({ ...letter, received_order: latest - letter.received_at });

const read = (value: Buffer): DeadLetter | string => {
  try {
    return decodeDeadLetter(value);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
