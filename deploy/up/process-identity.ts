import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** A process for good: ids are used again, but never with the same start. */
export type ProcessIdentity = { pid: number; started: string };

export const ownIdentity = (): ProcessIdentity => ({ pid: process.pid, started: startOf(process.pid) });

export const isRunning = ({ pid, started }: ProcessIdentity): boolean => startOf(pid) === started && started !== '';

/** When a process was started, in words of the system's own; '' where there is none of this id. */
const startOf = (pid: number): string => (process.platform === 'linux' ? startInProc(pid) : startByPs(pid));

const startInProc = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command in brackets, may hold blanks; field 3 is the state, field 22 the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
};

const startByPs = (pid: number): string =>
  spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
