import type { Output } from '../cli/output.ts';

const width = 30;

/** Shows how much of the work is done: a bar on a terminal, elsewhere a line for each tenth. */
export const createProgress = (what: string, total: number, { isTerminal, print, progress }: Output) => {
  let tenths = 0;
  return (done: number): void => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const text = `${what}: ${done} of about ${Math.max(total, done)} calls`;
    if (isTerminal) {
      progress(`[${'#'.repeat(Math.round(share * width)).padEnd(width, '.')}] ${text}`);
    } else if (Math.floor(share * 10) > tenths) {
      tenths = Math.floor(share * 10);
      print(text);
    }
  };
};
