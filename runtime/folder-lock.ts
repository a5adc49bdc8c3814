import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { makeFolder } from './make-folder.ts';

/** The folder belongs to a process that runs. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}: give each its own folder`);
    this.pid = pid;
  }
}

let claims = 0;

/**
 * Makes this process the only one that uses `folder`, and returns how to give the folder back. Everyone who wants it
 * first puts down a claim of his own and then looks for others': of two who come at once at least one sees the other
 * and withdraws. What a dead process left is known by its name, which says when that process started, since the same
 * process id may be somebody else's by now.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const locks = join(folder, 'locks');
  claims += 1;
  const mine = `${process.pid}_${encodeURIComponent(startOf(process.pid) ?? '')}_${claims}`;
  const claim = join(locks, `${mine}.claim`);
  const held = join(locks, `${mine}.held`);
  while (!(await claimAlone(folder, locks, claim))) await delay(Math.random() * 20);
  await rename(claim, held);
  return async () => {
    await unlink(held);
    // Others may be looking for the folder right now.
    await rmdir(locks).catch(() => undefined);
  };
}

/** Whether the claim is the only living one; it is withdrawn if not. Throws `FolderInUse` where the folder is held. */
async function claimAlone(folder: string, locks: string, claim: string): Promise<boolean> {
  await putDown(locks, claim);
  try {
    for (const name of await readdir(locks)) {
      const path = join(locks, name);
      if (path === claim) continue;
      const owner = ownerOf(name);
      if (owner === null) await rm(path, { force: true, recursive: true });
      else if (owner.holds) throw new FolderInUse(folder, owner.pid);
      else return await withdraw(claim);
    }
  } catch (error) {
    await withdraw(claim);
    throw error;
  }
  return true;
}

async function putDown(locks: string, claim: string): Promise<void> {
  for (;;) {
    await makeFolder(locks);
    try {
      return await writeFile(claim, '');
    } catch (error) {
      // Its last user has removed the folder in the meantime.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

async function withdraw(claim: string): Promise<false> {
  await unlink(claim);
  return false;
}

/** The living process whose claim or lock a file is; null where it is nobody's any more. */
function ownerOf(name: string): { readonly pid: number; readonly holds: boolean } | null {
  const [, pid, start, kind] = /^(\d+)_(.*)_\d+\.(claim|held)$/.exec(name) ?? [];
  if (pid === undefined || start === undefined) return null;
  const runsSince = startOf(Number(pid));
  if (runsSince === null || encodeURIComponent(runsSince) !== start) return null;
  return { pid: Number(pid), holds: kind === 'held' };
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
