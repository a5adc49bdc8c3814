import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../runtime/durable-write.ts';
import type { Logger } from '../../runtime/logger.ts';

/** Where a source has got to, kept on disk. Everything up to there is safe elsewhere. */
export type Checkpoint<Mark> = {
  /** What the process before left; null where there was none. */
  readonly found: Mark | null;
  /** Written soon, and at the latest by `stop`; of several marks only the last. */
  readonly advance: (mark: Mark) => void;
  readonly stop: () => Promise<void>;
};

/** A kill costs at most this much of the checkpoint's truth: more to read again, or a gap that is named too large. */
const writeEveryMs = 250;

/** Opens the checkpoint in a file. Throws where the file is there and is none of ours. */
export const openCheckpoint = async <Mark>(path: string, logger: Logger): Promise<Checkpoint<Mark>> => {
  const found = await readMark<Mark>(path);
  let next: { readonly mark: Mark } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    timer = null;
    const taken = next;
    if (taken === null) return;
    next = null;
    try {
      await replaceFile(path, JSON.stringify(taken.mark));
    } catch (error) {
      logger.error({ err: error, path }, 'the checkpoint cannot be written; after a restart more is read again');
      next ??= taken;
      schedule();
    }
  };

  const schedule = (): void => {
    timer ??= setTimeout(() => {
      writing = writing.then(write);
    }, writeEveryMs);
  };

  return {
    found,
    advance: (mark) => {
      next = { mark };
      schedule();
    },
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      await writing;
      if (next !== null) await replaceFile(path, JSON.stringify(next.mark));
      next = null;
    },
  };
};

const readMark = async <Mark>(path: string): Promise<Mark | null> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Mark;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new Error(`${path} cannot be read as a checkpoint: move it away to begin anew`, { cause: error });
  }
};
