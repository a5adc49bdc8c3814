import type { DatabaseSync } from 'node:sqlite';
import type { Logger } from 'pino';
import type { BlobFiles } from './blob-files.ts';
import type { Commit } from './group-commit.ts';
import type { Segment } from './records.ts';

/**
 * Keeps track of which blobs are in use. A blob dies in the transaction that replaces or deletes its object; its file
 * goes after that, and not while a download still reads it.
 */
export type Garbage = {
  /** Records new blobs; inside a `commit`. */
  readonly adopt: (segments: readonly Segment[]) => void;
  /** Marks blobs that nothing refers to any more; inside a `commit`. */
  readonly abandon: (segments: readonly Segment[]) => void;
  /** Keeps blobs on the disk until the returned function is called. */
  readonly pin: (segments: readonly Segment[]) => () => void;
  /** Removes the files of dead blobs; one run at a time, and what comes meanwhile is done too. */
  readonly collect: () => Promise<void>;
  /** Settles or removes what a crash left in `incoming/`. */
  readonly recover: () => Promise<void>;
};

const batchSize = 500;

export function createGarbage(database: DatabaseSync, commit: Commit, files: BlobFiles, log: Logger): Garbage {
  const insert = database.prepare('INSERT INTO blobs VALUES (?, 0)');
  const kill = database.prepare('UPDATE blobs SET dead = 1 WHERE id = ?');
  const forget = database.prepare('DELETE FROM blobs WHERE id = ?');
  const known = database.prepare('SELECT 1 FROM blobs WHERE id = ?');
  const dead = database.prepare('SELECT id FROM blobs WHERE dead = 1 AND id > ? ORDER BY id LIMIT ?');
  const pins = createPins(() => void collect());
  let running: Promise<void> | undefined;
  let again = false;

  async function sweep(): Promise<void> {
    for (let after = ''; ; ) {
      const batch = (dead.all(after, batchSize) as { id: string }[]).map(({ id }) => id);
      const last = batch.at(-1);
      if (last === undefined) return;
      const removable = batch.filter((id) => !pins.holds(id));
      for (const id of removable) await files.remove(id);
      if (removable.length > 0) await commit(() => removable.forEach((id) => forget.run(id)));
      after = last;
    }
  }

  async function sweepUntilQuiet(): Promise<void> {
    try {
      do {
        again = false;
        await sweep();
      } while (again);
    } catch (error) {
      // The dead rows stay, so the next run tries again.
      log.error({ err: error }, 'could not remove replaced content');
    } finally {
      running = undefined;
    }
  }

  function collect(): Promise<void> {
    again = true;
    running ??= sweepUntilQuiet();
    return running;
  }

  return {
    adopt: (segments) => segments.forEach(({ blob }) => insert.run(blob)),
    abandon: (segments) => segments.forEach(({ blob }) => kill.run(blob)),
    pin: pins.pin,
    collect,
    recover: async () => {
      const left = await files.unsettled();
      const isKnown = (id: string): boolean => known.get(id) !== undefined;
      await files.discard(left.filter((id) => !isKnown(id)));
      await files.settle(left.filter(isKnown));
      await collect();
    },
  };
}

/** Counts the readers of each blob, and calls back when the last one of a blob that was asked about has gone. */
function createPins(onFree: () => void): { pin: Garbage['pin']; holds: (blob: string) => boolean } {
  const readers = new Map<string, number>();
  const wanted = new Set<string>();

  function release(blob: string): void {
    const left = (readers.get(blob) ?? 0) - 1;
    if (left > 0) readers.set(blob, left);
    else readers.delete(blob);
    if (left === 0 && wanted.delete(blob)) onFree();
  }

  return {
    pin: (segments) => {
      for (const { blob } of segments) readers.set(blob, (readers.get(blob) ?? 0) + 1);
      return () => segments.forEach(({ blob }) => release(blob));
    },
    holds: (blob) => {
      const held = readers.has(blob);
      if (held) wanted.add(blob);
      return held;
    },
  };
}
