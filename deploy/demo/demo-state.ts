import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivateJson } from '../up/private-file.ts';
import type { Period } from './arrivals.ts';

/** What the demo must know to go on after a stop as if the calls under way had gone on meanwhile. */
export type DemoState = {
  seed: string;
  /** When calls were simulated: first the history, then each run. */
  periods: readonly Period[];
  /** Every event up to this instant has been accepted, µs; null until the history has. */
  sent_until_us: number | null;
};

const statePath = (folder: string): string => join(folder, 'demo.json');

export const readDemoState = (folder: string): DemoState | null => {
  try {
    return JSON.parse(readFileSync(statePath(folder), 'utf8')) as DemoState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

export const writeDemoState = (folder: string, state: DemoState): void => writePrivateJson(statePath(folder), state);
