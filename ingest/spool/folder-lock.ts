import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps a second process out of a folder; the lock of a process that is gone is taken over. Returns what unlocks. */
export const lockFolder = async (folder: string): Promise<() => Promise<void>> => {
  const file = join(folder, 'lock');
  const lock = async (): Promise<void> => writeFile(file, String(process.pid), { flag: 'wx' });
  try {
    await lock();
  } catch (error) {
    if (!isExisting(error)) throw error;
    const owner = Number(await readFile(file, 'utf8'));
    if (owner !== process.pid && isAlive(owner))
      throw new Error(`${folder} is in use by process ${owner}: give each ingest a spool folder of its own`, {
        cause: error,
      });
    await rm(file);
    await lock();
  }
  return async () => rm(file, { force: true });
};

const isExisting = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EEXIST';

const isAlive = (pid: number): boolean => {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
