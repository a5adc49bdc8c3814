import { open } from 'node:fs/promises';
import type { CallChange } from '../../processors/calls/reassembly/compare.ts';
import { CommandError } from '../cli/command-error.ts';

/** Where every change is written, one a line. */
export type DiffFile = {
  readonly add: (changes: readonly CallChange[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

const noFile: DiffFile = { add: async () => undefined, close: async () => undefined };

/** Opens the file anew; without a path changes are only counted. What cannot be written is a `CommandError`. */
export const openDiffFile = async (path: string | undefined): Promise<DiffFile> => {
  if (path === undefined) return noFile;
  const told = (error: unknown): never => {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`);
  };
  const file = await open(path, 'w').catch(told);
  return {
    add: async (changes) => {
      const text = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
      if (text !== '') await file.appendFile(text).catch(told);
    },
    close: async () => file.close().catch(told),
  };
};
