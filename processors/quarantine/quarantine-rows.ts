import type { RecordBatch } from '../../runtime/kafka.ts';
import { type DeadLetter, decodeDeadLetter } from '../../schemas/dead-letters.ts';
import { quarantineId } from '../../schemas/ids.ts';
import type { QuarantineRow } from '../../schemas/rows.ts';

/**
 * The rows of a batch of dead letters. A letter that cannot be read is itself kept, under its place in the log: nothing
 * that came here is lost. Its tenant is unknown, so only operators see it.
 */
export const toQuarantineRows = ({ topic, partition, messages }: RecordBatch): QuarantineRow[] =>
  messages.flatMap(({ value, offset, timestampMs }) => {
    // A tombstone holds nothing to keep.
    if (value === null) return [];
    const letter = read(value);
    return [
      typeof letter === 'object' ? letter : undecodable(letter, value, `${topic}/${partition}/${offset}`, timestampMs),
    ];
  });

const read = (value: Buffer): DeadLetter | string => {
  try {
    return decodeDeadLetter(value);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const undecodable = (reason: string, raw: Buffer, source: string, timestampMs: number): QuarantineRow => ({
  tenant_id: '',
  quarantine_id: quarantineId('', source, raw),
  received_at: timestampMs * 1000,
  stage: 'quarantine',
  source,
  switch_id: '',
  code: 'UNDECODABLE',
  message: `not a dead letter: ${reason}`,
  field: '',
  raw,
});
