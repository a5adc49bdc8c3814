import assert from 'node:assert/strict';
import { rowBinaryEncoder } from '../../../runtime/row-binary.ts';
import type { CallRow } from '../../../schemas/call-row.ts';
import { callColumns, recordingColumns } from '../../../schemas/clickhouse-columns.ts';
import type { Event } from '../../../schemas/events.ts';
import type { RecordingRow } from '../../../schemas/rows.ts';
import { isAssembledAlike } from '../assembled-alike.ts';
import type { Tables } from '../in-memory-tables.ts';
import { createRandom, type Random } from '../random.ts';
import { eventsOf, type NativeRecord } from './native-records.ts';
import { tablesOfEvents } from './tables-of-events.ts';

const rounds = 20;

const callRows = rowBinaryEncoder<CallRow>(callColumns);
const recordingRows = rowBinaryEncoder<RecordingRow>(recordingColumns);

/**
 * Fails unless these records make the same bytes of rows in any order, repeated, and cut into any batches, and again
 * from the events that were stored, and unless rows can be made of any part of them.
 */
export const holdsHowever = async (records: readonly NativeRecord[]): Promise<void> => {
  const tables = await tablesOfEvents([eventsOf(records)]);
  await isAssembledAlike(tables);
  const quiet = bytesOf(tables);
  for (let seed = 0; seed < rounds; seed += 1) {
    const random = createRandom(seed);
    const disorder = await tablesOfEvents(disordered(records, random));
    assert.deepEqual(bytesOf(disorder), quiet, `in the order and batches of seed ${seed}`);
    bytesOf(await tablesOfEvents([eventsOf(records.filter(() => random.chance(50)))]));
  }
};

/** All records in any order, some of them repeated, in batches of any size. */
const disordered = (records: readonly NativeRecord[], random: Random): Event[][] => {
  const again = records.filter(() => random.chance(20));
  const batches: Event[][] = [[]];
  for (const record of random.shuffle([...records, ...again])) {
    if (random.chance(20)) batches.push([]);
    batches.at(-1)?.push(...eventsOf([record]));
  }
  return batches;
};

/** Every row as it goes to ClickHouse. */
const bytesOf = ({ calls, recordings }: Tables): string[] => [
  ...calls.final().map((row) => callRows.encode([row]).toString('hex')),
  ...recordings.final().map((row) => recordingRows.encode([row]).toString('hex')),
];
