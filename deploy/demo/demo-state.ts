import { join } from 'node:path';
import { readOwnJson } from '../up/own-json.ts';
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

export const readDemoState = (folder: string): DemoState | null =>
  readOwnJson<DemoState>(
    statePath(folder),
    ['seed', 'periods', 'sent_until_us'],
    'remove it, and the demo begins anew with a day of history',
  );

export const writeDemoState = (folder: string, state: DemoState): void => writePrivateJson(statePath(folder), state);
