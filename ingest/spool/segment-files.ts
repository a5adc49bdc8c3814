import { open, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../runtime/durable-write.ts';

/** A segment: append-only, numbered in the order of writing. */
export type Segment = { number: number; bytes: number };

const ending = '.spool';

export const segmentPath = (folder: string, number: number): string =>
  join(folder, `${String(number).padStart(12, '0')}${ending}`);

/** Numbers of the segments in a folder, oldest first. */
export const segmentNumbers = async (folder: string): Promise<number[]> => {
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith(ending))
    .map((file) => Number(file.slice(0, -ending.length)))
    .filter((number) => Number.isSafeInteger(number))
    .sort((a, b) => a - b);
};

/** A new segment whose name survives a crash too. */
export const createSegment = async (folder: string, number: number): Promise<FileHandle> => {
  const file = await open(segmentPath(folder, number), 'wx+');
  await syncFolder(folder);
  return file;
};

export const removeSegment = async (folder: string, number: number): Promise<void> => {
  await rm(segmentPath(folder, number), { force: true });
};

export const writeAll = async (file: FileHandle, bytes: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
};

/** Up to `length` bytes of a segment from a position on. */
export const readPart = async (path: string, position: number, length: number): Promise<Buffer> => {
  const file = await open(path, 'r');
  try {
    const part = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await file.read(part, done, length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return part.subarray(0, done);
  } finally {
    await file.close();
  }
};
