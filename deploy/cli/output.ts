import process from 'node:process';

/** What a command says while it works. */
export type Output = {
  readonly print: (line: string) => void;
  /** One line that is written over; nothing where nobody watches. */
  readonly progress: (line: string) => void;
  readonly isTerminal: boolean;
};

/** Lines to standard output, the progress to standard error where that is a terminal. */
export const terminalOutput = (): Output => {
  const isTerminal = process.stderr.isTTY;
  const clearLine = isTerminal ? '\r\u001B[K' : '';
  return {
    isTerminal,
    print: (line) => {
      process.stderr.write(clearLine);
      process.stdout.write(`${line}\n`);
    },
    progress: (line) => {
      if (isTerminal) process.stderr.write(`${clearLine}${line}`);
    },
  };
};
