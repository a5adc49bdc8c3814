import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import process from 'node:process';

/** Writes a file that only its owner may read; readers see the old text or the new one, never a part. */
export const writePrivateFile = (path: string, text: string): void => {
  const draft = `${path}.${process.pid}.draft`;
  const file = openSync(draft, 'w', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
};

export const writePrivateJson = (path: string, value: unknown): void =>
  writePrivateFile(path, `${JSON.stringify(value, null, 2)}\n`);
