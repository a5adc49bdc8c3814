import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cursor, Range } from '../../processors/calls/reassembly/range-queries.ts';
import type { Summary } from '../../processors/calls/reassembly/summary.ts';
import { replaceFile } from '../../runtime/durable-write.ts';
import { makeFolder } from '../../runtime/make-folder.ts';
import { readOwnJson } from '../up/own-json.ts';

/** How far a reassembly is that has begun to write: where a killed one goes on. */
export type State = {
  readonly epoch: number;
  readonly range: Range;
  /** What the comparison before it came to. */
  readonly summary: Summary;
  readonly written: number;
  readonly calls: number;
  /** Everything up to here is written; null before the first page. */
  readonly cursor: Cursor | null;
};

/** The state of an earlier run for the same range and assembler, if there is one. */
export const readState = (file: string, epoch: number, range: Range): State | null => {
  const state = readOwnJson<State>(file, ['range'], 'remove it to begin anew, or name another with --state');
  if (state === null) return null;
  const isSame = state.epoch === epoch && JSON.stringify(state.range) === JSON.stringify(range);
  return isSame ? state : null;
};

export const writeState = async (file: string, state: State): Promise<void> => {
  await makeFolder(dirname(file));
  await replaceFile(file, JSON.stringify(state));
};

export const removeState = async (file: string): Promise<void> => rm(file, { force: true });
