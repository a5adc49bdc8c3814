import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The folder belongs to a process that runs. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}: give each its own folder`);
    this.pid = pid;
  }
}

/**
 * Makes this process the only one that uses `folder`. The lock file holds the process id and when that process
 * started, since after a crash the same id may be somebody else's. Returns how to give the folder back.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'lock');
  const mine = `${process.pid} ${startOf(process.pid) ?? ''}\n`;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, mine);
  try {
    // A link either makes the lock, complete with its content, or fails: nobody can read half of it.
    while (!(await tryLink(draft, path))) await removeIfStale(path, draft);
  } finally {
    await unlink(draft);
  }
  return () => unlink(path);
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfStale(path: string, draft: string): Promise<void> {
  const found = await readIfThere(path);
  if (found === null) return;
  refuseIfHeld(found, path);
  const aside = `${draft}.stale`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return; // another starter was faster
    throw error;
  }
  const moved = await readFile(aside, 'utf8');
  // Another starter may have replaced the stale lock by its own between our look and our move: put that one back.
  if (moved !== found) await tryLink(aside, path);
  await unlink(aside);
}

function refuseIfHeld(content: string, path: string): void {
  const [, pid = '', start = ''] = /^(\d+) (.*)$/m.exec(content) ?? [];
  if (pid === '') return; // written by no version of this program, or torn by a crash
  if (startOf(Number(pid)) === start) {
    throw new FolderInUse(dirname(path), Number(pid));
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** When a process started, in a form that only its own later answers equal; null when it does not run. */
function startOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
      // The name in parentheses may hold anything; the start time is the 20th field after it.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return fields[0] === 'Z' ? null : `${bootId} ${fields[19] ?? ''}`;
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return null; // no such process
  }
}
