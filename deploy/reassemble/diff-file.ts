import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { CallChange } from '../../processors/calls/reassembly/compare.ts';
import { CommandError } from '../cli/command-error.ts';

/** Where every change is written, one a line. */
export type DiffFile = {
  readonly add: (changes: readonly CallChange[]) => Promise<void>;
  readonly close: () => Promise<void>;
};

const noFile: DiffFile = { add: async () => undefined, close: async () => undefined };

/** Opens the file anew; without a path changes are only counted. */
export const openDiffFile = async (path: string | undefined): Promise<DiffFile> => {
  if (path === undefined) return noFile;
  const stream = createWriteStream(path);
  await opened(stream, path);
  return {
    add: async (changes) => {
      const text = changes.map((change) => `${JSON.stringify(change)}\n`).join('');
      if (text !== '' && !stream.write(text)) await once(stream, 'drain');
    },
    close: async () => {
      stream.end();
      await once(stream, 'close');
    },
  };
};

const opened = async (stream: WriteStream, path: string): Promise<void> => {
  try {
    await once(stream, 'open');
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${(error as Error).message}`);
  }
};
