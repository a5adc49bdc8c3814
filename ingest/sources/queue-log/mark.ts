import { hash } from 'node:crypto';

/** How far a log was read: so many bytes of the file that begins so. Rotating gives a file another name, not another beginning. */
export type FileMark = {
  readonly ino: number;
  readonly offset: number;
  /** So many of its first bytes, and their hash. */
  readonly headBytes: number;
  readonly headSha256: string;
  /** Files that were last written to before this (ms since the epoch) have been read. */
  readonly readAtMs: number;
  /** Time of the last line, µs; null before the first. */
  readonly lineAtUs: number | null;
};

/** A file is known by so many of its first bytes. */
export const maxHeadBytes = 1024;

export const headHash = (head: Buffer): string => hash('sha256', head, 'hex');

/** Nothing read of a file yet. */
export const beginningOf = (ino: number, readAtMs: number, before: FileMark | null): FileMark => ({
  ino,
  offset: 0,
  headBytes: 0,
  headSha256: headHash(Buffer.alloc(0)),
  readAtMs,
  lineAtUs: before?.lineAtUs ?? null,
});
