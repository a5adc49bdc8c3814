import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../../../runtime/durable-write.ts';
import type { ProducerState } from './producer-sequences.ts';

/**
 * What is known of a partition's log up to a position that was durable: opening it needs to read only what follows.
 * Written every few MiB, when a segment is rolled, when records are deleted and at a clean stop.
 */
export type Checkpoint = {
  segmentBase: number;
  position: number;
  nextOffset: number;
  /** Highest timestamp in the segment up to `position`; null when it is empty. */
  maxTimestamp: number | null;
  logStartOffset: number;
  producers: ProducerState[];
};

const FILE_NAME = 'checkpoint.json';

export function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  return replaceFile(join(folder, FILE_NAME), JSON.stringify(checkpoint));
}

/** Null when there is none that can be read; the log is then read from its start. */
export async function readCheckpoint(folder: string): Promise<Checkpoint | null> {
  try {
    return JSON.parse(await readFile(join(folder, FILE_NAME), 'utf8')) as Checkpoint;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
