import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type FileMark, headHash } from './mark.ts';

/** A file of a log: the one that is written, or one that was rotated away. */
export type LogFile = {
  readonly path: string;
  readonly ino: number;
  /** Tells it from another that was given the inode of one that is gone. */
  readonly identity: string;
  readonly size: number;
  readonly mtimeMs: number;
};

type Identified = { readonly ino: number; readonly birthtimeMs: number; readonly size: number };

const identityOf = ({ ino, birthtimeMs, size }: Identified): string => `${ino} ${birthtimeMs} ${size}`;

const chunkBytes = 256 * 1024;

/** The file at a path; null where there is none. */
export const fileAt = async (path: string): Promise<LogFile | null> => {
  try {
    const found = await stat(path);
    const { ino, size, mtimeMs } = found;
    return { path, ino, identity: identityOf(found), size, mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

/** Files that were rotated away from a path (`queue_log.1`, `queue_log-20260305`, each also `.gz`), the oldest first. */
export const rotatedFiles = async (path: string): Promise<LogFile[]> => {
  const [folder, name] = [dirname(path), basename(path)];
  const names = (await readdir(folder)).filter(
    (other) => other.startsWith(name) && /^[.-]\d[\d._-]*(?:\.gz)?$/.test(other.slice(name.length)),
  );
  const files = await Promise.all(names.map(async (other) => fileAt(join(folder, other))));
  return files.filter((file) => file !== null).sort((a, b) => a.mtimeMs - b.mtimeMs);
};

export const isCompressed = ({ path }: LogFile): boolean => path.endsWith('.gz');

/** Whether this is the file of the mark, under whatever name and whether compressed or copied, with all that was read. */
export const holds = async (file: LogFile, mark: FileMark): Promise<boolean> => {
  if (mark.headBytes === 0) return file.ino === mark.ino;
  if (!isCompressed(file) && file.size < mark.offset) return false;
  return headHash(await ofFile(file).head(mark.headBytes)) === mark.headSha256;
};

/** Something to read again and again, from anywhere. */
export type Readable = {
  readonly ino: number;
  /** As it is now. */
  readonly identity: () => Promise<string>;
  /** What it holds from an offset on, to where it ends now. */
  readonly bytes: (offset: number) => AsyncIterable<Buffer>;
  /** Its first bytes, fewer where it has fewer. */
  readonly head: (bytes: number) => Promise<Buffer>;
};

/** A file by its name; of a compressed one what was compressed. */
export const ofFile = (file: LogFile): Readable => {
  const bytes = (offset: number): AsyncIterable<Buffer> =>
    isCompressed(file) ? withoutFirst(offset, decompressed(file.path)) : bytesOf(file.path, offset);
  return {
    ino: file.ino,
    identity: async () => file.identity,
    bytes,
    head: async (count) => firstBytes(bytes(0), count),
  };
};

/** An open file, whatever it is called by now. */
const ofHandle = (handle: FileHandle, ino: number): Readable => ({
  ino,
  identity: async () => identityOf(await handle.stat()),
  bytes: (offset) => bytesFrom(handle, offset),
  head: async (count) => firstBytes(bytesFrom(handle, 0), count),
});

/** An open file, and its size when it was opened. */
export type Held = { readonly handle: FileHandle; readonly file: Readable; readonly size: number };

/** Opens the file at a path; null where there is none. */
export const hold = async (path: string): Promise<Held | null> => {
  try {
    const handle = await open(path, 'r');
    const { ino, size } = await handle.stat();
    return { handle, file: ofHandle(handle, ino), size };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};

const firstBytes = async (chunks: AsyncIterable<Buffer>, count: number): Promise<Buffer> => {
  const parts: Buffer[] = [];
  let length = 0;
  if (count === 0) return Buffer.alloc(0);
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(parts).subarray(0, count);
};

async function* bytesOf(path: string, offset: number): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    yield* bytesFrom(handle, offset);
  } finally {
    await handle.close();
  }
}

async function* bytesFrom(handle: FileHandle, offset: number): AsyncGenerator<Buffer> {
  for (let at = offset; ; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Whoever reads this is told of errors of either stream. */
const decompressed = (path: string): AsyncIterable<Buffer> => {
  const gunzip = createGunzip();
  pipeline(createReadStream(path), gunzip, () => undefined);
  return gunzip as AsyncIterable<Buffer>;
};

async function* withoutFirst(offset: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let skip = offset;
  for await (const chunk of chunks) {
    const rest = chunk.subarray(skip);
    skip = Math.max(0, skip - chunk.length);
    if (rest.length > 0) yield rest;
  }
}
