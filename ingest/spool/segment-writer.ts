import type { FileHandle } from 'node:fs/promises';
import { createSegment, type Segment, segmentPath, writeAll } from './segment-files.ts';
import { SpoolDamaged } from './spool-errors.ts';

/** Appends to the newest segment; callers take turns. */
export type SegmentWriter = {
  /** Resolves when the bytes are on the disk; after a failure nothing of them is in the segment. */
  write: (bytes: Buffer) => Promise<void>;
  isWriting: (segment: Segment) => boolean;
  /** Ends the segment at once; the next write begins a new one. */
  leave: () => Promise<void>;
};

type Target = { segment: Segment; file: FileHandle };

/** Adds each segment it begins to `segments`. */
export const createSegmentWriter = (folder: string, segments: Segment[], segmentBytes: number): SegmentWriter => {
  let target: Target | null = null;
  let lastNumber = segments.at(-1)?.number ?? 0;
  let damage: SpoolDamaged | null = null;

  const leave = async (): Promise<void> => {
    const left = target;
    // Before the first await: whoever writes now must not meet a file that is being closed.
    target = null;
    await left?.file.close();
  };

  const begin = async (): Promise<Target> => {
    await leave();
    lastNumber += 1;
    const segment = { number: lastNumber, bytes: 0 };
    target = { segment, file: await createSegment(folder, segment.number) };
    segments.push(segment);
    return target;
  };

  return {
    write: async (bytes) => {
      if (damage !== null) throw damage;
      const into = target === null || target.segment.bytes >= segmentBytes ? await begin() : target;
      try {
        await writeAll(into.file, bytes, into.segment.bytes);
        await into.file.datasync();
      } catch (error) {
        damage = await cutBack(into, folder, error);
        throw error;
      }
      into.segment.bytes += bytes.length;
    },
    isWriting: (segment) => target?.segment === segment,
    leave,
  };
};

/** Cuts off what a failed write may have left, so that only whole frames lie before what comes next. */
const cutBack = async ({ file, segment }: Target, folder: string, cause: unknown): Promise<SpoolDamaged | null> => {
  try {
    await file.truncate(segment.bytes);
    await file.datasync();
    return null;
  } catch {
    return new SpoolDamaged(`cannot write to ${segmentPath(folder, segment.number)} nor undo it`, { cause });
  }
};
