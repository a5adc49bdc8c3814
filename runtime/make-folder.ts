import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it, where they are missing. `mkdir` with `recursive` does the same, but where a file
 * system answers ENOENT though the folder above is there, as /proc does, it tries for ever.
 */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  try {
    await makeOrFind(folder, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(folder);
    if (code !== 'ENOENT' || above === folder) throw error;
    await makeFolder(above, mode);
    await makeOrFind(folder, mode);
  }
}

async function makeOrFind(folder: string, mode?: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST' || !(await stat(folder)).isDirectory()) throw error;
  }
}
