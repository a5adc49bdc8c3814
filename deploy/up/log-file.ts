import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** At most this much in a log and as much again in its predecessor `NAME.log.1`. */
const maxBytes = 10 * 2 ** 20;
const tailBytes = 64 * 2 ** 10;

export type LogFile = {
  path: string;
  /** Opened for appending: the process that gets it writes to the file itself, so a log outlives who started it. */
  descriptor: number;
  append: (bytes: Uint8Array) => void;
  /** Keeps the file bounded; call it now and then. What is written while it copies may be lost. */
  rotateWhenLarge: () => void;
  /** Marks where the next process's words begin. */
  mark: () => void;
  /** The last lines since the mark. */
  lastLines: (count: number) => readonly string[];
  close: () => void;
};

export const openLogFile = (path: string): LogFile => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const descriptor = openSync(path, 'a', 0o600);
  let marked = fstatSync(descriptor).size;
  return {
    path,
    descriptor,
    append: (bytes) => void writeSync(descriptor, bytes),
    rotateWhenLarge: () => {
      if (fstatSync(descriptor).size <= maxBytes) return;
      copyFileSync(path, `${path}.1`);
      // Appending writers go on at the new end.
      truncateSync(path);
      marked = 0;
    },
    mark: () => {
      marked = fstatSync(descriptor).size;
    },
    lastLines: (count) => readTail(path, marked).slice(-count),
    close: () => closeSync(descriptor),
  };
};

const readTail = (path: string, from: number): readonly string[] => {
  const { size } = statSync(path);
  const start = Math.max(Math.min(from, size), size - tailBytes);
  const bytes = Buffer.alloc(size - start);
  const file = openSync(path, 'r');
  try {
    readSync(file, bytes, 0, bytes.length, start);
  } finally {
    closeSync(file);
  }
  return bytes
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
};
