import { consume, type Take } from './consume.ts';
import {
  fileAt,
  type Held,
  hold,
  holds,
  isCompressed,
  type LogFile,
  ofFile,
  type Readable,
  rotatedFiles,
} from './log-files.ts';
import { beginningOf, type FileMark, headHash } from './mark.ts';

export type FollowerParts = {
  readonly path: string;
  /** How far the process before had got; null at the first start, which begins with the file that is there. */
  readonly found: FileMark | null;
  readonly take: Take;
  /** Told that a file was gone before it was read to its end. */
  readonly onLost: (mark: FileMark) => Promise<void>;
  readonly nowMs: () => number;
};

export type Follower = {
  /** Reads what was written since, through rotations. False while there is no file. */
  readonly poll: () => Promise<boolean>;
  readonly close: () => Promise<void>;
};

/** What is known while following. */
type Following = {
  readonly parts: FollowerParts;
  /** The file that is being read: held open, it can be read to its end whatever becomes of its name. */
  held: Held | null;
  mark: FileMark | null;
  /** The files that were finished last: to read one again would cost time, though no truth. */
  readonly finished: string[];
};

/** A file that was rotated away, and where reading it begins. */
type Part = { readonly file: LogFile; readonly from: FileMark };

/** File systems tell times by a clock of their own, a little behind. To read a file twice costs nothing. */
const clockSlackMs = 2000;
const rememberedFiles = 8;

/** Follows a log that somebody writes and somebody rotates: by renaming, by copying and truncating, compressed or not. */
export const createFollower = (parts: FollowerParts): Follower => {
  const following: Following = { parts, held: null, mark: parts.found, finished: [] };
  return {
    poll: async () => {
      if (following.held === null) await begin(following);
      const { held, mark } = following;
      if (held === null || mark === null) return false;
      if (await isSame(held, mark)) await readOn(following, held, mark);
      else await release(following);
      return true;
    },
    close: async () => release(following),
  };
};

const begin = async (following: Following): Promise<void> =>
  following.mark === null ? goOn(following, async () => []) : catchUp(following, following.mark);

const release = async (following: Following): Promise<void> => {
  await following.held?.handle.close();
  following.held = null;
};

/** False where the file was cut off, or begins otherwise by now. */
const isSame = async ({ handle, file }: Held, mark: FileMark): Promise<boolean> => {
  if ((await handle.stat()).size < mark.offset) return false;
  return mark.headBytes === 0 || headHash(await file.head(mark.headBytes)) === mark.headSha256;
};

/** Reads what is new in the file that is held, and goes over to the next where the writer has. */
const readOn = async (following: Following, { file }: Held, from: FileMark): Promise<void> => {
  const nowIsMs = following.parts.nowMs();
  const live = await fileAt(following.parts.path);
  const isLive = live?.ino === file.ino;
  // What was in the file before it was found empty may have been copied away and cut off.
  if (from.headBytes === 0 && isLive && live.size > 0)
    for (const part of await rotatedSince(following, from))
      if (part.file.ino !== file.ino) await finish(following, ofFile(part.file), part.from);
  // Once rotated away, what has been rotated away after it is still to be read.
  const readAtMs = isLive ? nowIsMs : from.readAtMs;
  const at = await consume({ file, from, readAtMs, isFinal: false }, taking(following));
  // Whoever writes has gone over to the next file only when there is something in it.
  if (live === null || isLive || live.size === 0) return;
  const ended = await finish(following, file, at);
  await release(following);
  await goOn(following, async () => rotatedSince(following, ended));
};

/** Notes the mark of what was taken. */
const taking =
  (following: Following): Take =>
  async (lines, mark) => {
    await following.parts.take(lines, mark);
    following.mark = mark;
  };

const finish = async (following: Following, file: Readable, from: FileMark): Promise<FileMark> => {
  const { readAtMs } = from;
  const ended = await consume({ file, from, readAtMs, isFinal: true }, taking(following));
  following.finished.push(await file.identity());
  if (following.finished.length > rememberedFiles) following.finished.shift();
  return ended;
};

/** What was rotated away since a mark was made, the oldest first, but for what was finished already. */
const rotatedSince = async ({ parts, finished }: Following, since: FileMark): Promise<Part[]> => {
  const files = (await rotatedFiles(parts.path)).filter(
    ({ identity, mtimeMs }) => mtimeMs >= since.readAtMs - clockSlackMs && !finished.includes(identity),
  );
  return files.map((file) => ({ file, from: beginningOf(file.ino, file.mtimeMs, since) }));
};

/**
 * Goes on with parts of the log that were rotated away, and then the log itself. Whoever writes has gone over to the
 * log only when there is something in it: until then the youngest part may still grow.
 */
const goOn = async (following: Following, partsToRead: () => Promise<Part[]>): Promise<void> => {
  const asOfMs = following.parts.nowMs();
  // Held first: whatever is rotated away from now on is either this one, or younger.
  const next = await hold(following.parts.path);
  const parts = (await partsToRead()).filter(({ file }) => file.ino !== next?.file.ino);
  const growing = next === null || next.size === 0 ? parts.findLast(({ file }) => !isCompressed(file)) : undefined;
  for (const part of parts) if (part !== growing) await readPart(following, part, growing);
  if (growing !== undefined) {
    await next?.handle.close();
    following.held = await hold(growing.file.path);
    following.mark = growing.from;
  } else if (next !== null) {
    following.held = next;
    // Noted before there is a line, or a restart would not know what was rotated away meanwhile.
    await taking(following)(Buffer.alloc(0), beginningOf(next.file.ino, asOfMs, following.mark));
  }
};

const readPart = async (following: Following, { file, from }: Part, growing: Part | undefined): Promise<void> => {
  // Of two that were written to at about the same time, either may still grow: it is read again later.
  const mayGrow = growing !== undefined && file.mtimeMs >= growing.file.mtimeMs - clockSlackMs;
  if (!mayGrow) await finish(following, ofFile(file), from);
  else await consume({ file: ofFile(file), from, readAtMs: from.readAtMs, isFinal: false }, taking(following));
};

/** Finds the file of the mark, whatever was done to it, and reads on there. */
const catchUp = async (following: Following, from: FileMark): Promise<void> => {
  const { path, onLost } = following.parts;
  if (from.headBytes === 0) return goOn(following, async () => rotatedSince(following, from));
  const old = await fileOf(path, from);
  if (old === null) {
    await onLost(from);
    const nothing = beginningOf(0, from.readAtMs, from);
    following.mark = nothing;
    return goOn(following, async () => rotatedSince(following, nothing));
  }
  const here = { ...from, ino: old.ino };
  if (old.path !== path) {
    const younger = async () => (await rotatedSince(following, from)).filter(({ file }) => file.path !== old.path);
    return goOn(following, async () => [{ file: old, from: here }, ...(await younger())]);
  }
  following.held = await hold(path);
  following.mark = here;
};

const fileOf = async (path: string, mark: FileMark): Promise<LogFile | null> => {
  const live = await fileAt(path);
  for (const file of [...(live === null ? [] : [live]), ...(await rotatedFiles(path))])
    if (await holds(file, mark)) return file;
  return null;
};
