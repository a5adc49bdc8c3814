import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { CommandError } from '../cli/command-error.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/**
 * Makes this process the only `up` on a data folder; gives back what releases it. A lock left by a process that was
 * killed is taken over. Throws a `CommandError` that names the holder where it is alive.
 */
export const lockDataDir = (dataDir: string): (() => void) => {
  const path = join(dataDir, 'up.lock');
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(ownIdentity()));
  try {
    while (!tryLink(draft, path)) clearStale(path, dataDir);
  } finally {
    rmSync(draft, { force: true });
  }
  return () => rmSync(path, { force: true });
};

/** Linking is atomic, and the lock has its whole content from the start. */
const tryLink = (draft: string, path: string): boolean => {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
};

const clearStale = (path: string, dataDir: string): void => {
  const holder = readHolder(path);
  if (holder === null) return;
  if (isRunning(holder.identity))
    throw new CommandError(
      `another \`trunkline up\` runs on ${dataDir} (process ${holder.identity.pid}); stop it, or take another --data`,
    );
  const aside = `${path}.stale.${process.pid}`;
  renameSync(path, aside);
  // Another `up` may have replaced the stale lock between reading and renaming: then it is put back.
  if (readFileSync(aside, 'utf8') !== holder.text) tryLink(aside, path);
  rmSync(aside);
};

const readHolder = (path: string): { text: string; identity: ProcessIdentity } | null => {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, identity: JSON.parse(text) as ProcessIdentity };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
};
