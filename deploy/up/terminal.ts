import process from 'node:process';
import type { Death } from './supervisor.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs one step of the start and shows how long it took. */
export const step = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
  const startedAt = performance.now();
  const result = await work();
  say(`  ${what.padEnd(24)} ${seconds(performance.now() - startedAt).padStart(7)}`);
  return result;
};

export const sayDeath = ({ name, pid, how, lastWords, restartInMs }: Death): void => {
  const words = lastWords.length === 0 ? ['(none)'] : lastWords;
  say(`${name} (process ${pid}) ended: ${how}; its last words:`);
  for (const line of words) say(`  | ${line}`);
  say(`  it is started again in ${seconds(restartInMs)}`);
};

export const sayBack = (name: string, pid: number, tookMs: number): void =>
  say(`${name} is back after ${seconds(tookMs)} (process ${pid})`);
