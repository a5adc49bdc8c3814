import { lockFolder } from '../../runtime/folder-lock.ts';
import { createGroupCommit } from '../../runtime/group-commit.ts';
import { makeFolder } from '../../runtime/make-folder.ts';
import type { Message } from '../publishing.ts';
import { decodeFrames, encodeFrame } from './frames.ts';
import { recoverSegments } from './recovery.ts';
import { readPart, removeSegment, segmentPath } from './segment-files.ts';
import { createSegmentWriter } from './segment-writer.ts';
import { SpoolDamaged, SpoolFull } from './spool-errors.ts';

/** The oldest messages, and the mark to give back when they are safe elsewhere. */
export type Oldest = { messages: readonly Message[]; mark: Mark };
type Mark = { number: number; offset: number };

export type Spool = {
  /** Resolves when the messages are on the disk (fsync). Throws `SpoolFull`, having kept none of them. */
  append: (messages: readonly Message[]) => Promise<void>;
  /** Null when nothing is kept; the same again until they are released. One reader at a time. */
  oldest: () => Promise<Oldest | null>;
  release: (mark: Mark) => Promise<void>;
  bytes: () => number;
  close: () => Promise<void>;
};

export type SpoolOptions = { folder: string; maxBytes: number; segmentBytes?: number; readBytes?: number };

/** At most this much is given again after a crash, because only whole segments are forgotten. */
const defaultSegmentBytes = 8 * 1024 * 1024;
const defaultReadBytes = 4 * 1024 * 1024;

/**
 * Opens a bounded queue of messages on disk. After kill -9 everything that `append` confirmed is there, in order; a torn
 * end, which it did not, is cut off; some that were released may be given again.
 */
export const openSpool = async (options: SpoolOptions): Promise<Spool> => {
  const { folder, maxBytes, segmentBytes = defaultSegmentBytes, readBytes = defaultReadBytes } = options;
  await makeFolder(folder);
  const unlock = await lockFolder(folder);
  const segments = await recoverSegments(folder);
  const writer = createSegmentWriter(folder, segments, segmentBytes);
  const commit = createGroupCommit<Buffer>(async (batch) => writer.write(Buffer.concat(batch)), { maxItems: 1000 });
  let kept = segments.reduce((sum, { bytes }) => sum + bytes, 0);
  let appending = 0;
  let readOffset = 0;

  /** Forgets the first segment when all of it was released and nothing is being added to it. */
  const forgetReleased = async (): Promise<boolean> => {
    const [first] = segments;
    if (first === undefined || readOffset < first.bytes) return false;
    const writing = writer.isWriting(first);
    if (writing && appending > 0) return false;
    // All of this before the first await, so that an append that comes meanwhile begins a new segment.
    segments.shift();
    readOffset = 0;
    kept -= first.bytes;
    if (writing) await writer.leave();
    await removeSegment(folder, first.number);
    return true;
  };

  return {
    append: async (messages) => {
      const frames = Buffer.concat(messages.map(encodeFrame));
      if (kept + frames.length > maxBytes) throw new SpoolFull(`the spool holds ${kept} of ${maxBytes} bytes`);
      kept += frames.length;
      appending += 1;
      try {
        await commit.submit(frames);
      } catch (error) {
        kept -= frames.length;
        throw error;
      } finally {
        appending -= 1;
      }
    },
    oldest: async () => {
      while (await forgetReleased());
      const [first] = segments;
      if (first === undefined || readOffset >= first.bytes) return null;
      const path = segmentPath(folder, first.number);
      const rest = first.bytes - readOffset;
      let frames = decodeFrames(await readPart(path, readOffset, Math.min(readBytes, rest)));
      // A frame may be longer than what is read at a time.
      if (frames.length === 0) frames = decodeFrames(await readPart(path, readOffset, rest));
      if (frames.length === 0)
        throw new SpoolDamaged(`${path} cannot be read from byte ${readOffset} on: move it away to go on without it`);
      return { messages: frames.messages, mark: { number: first.number, offset: readOffset + frames.length } };
    },
    release: async ({ number, offset }) => {
      if (segments[0]?.number === number) readOffset = offset;
      await forgetReleased();
    },
    bytes: () => kept,
    close: async () => {
      await writer.leave();
      await unlock();
    },
  };
};
