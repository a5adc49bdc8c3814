import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

/** A named pipe the engine writes a result into, in any format, as fast as its reader takes it. */
export interface ResultPipe {
  readonly path: string;
  /** The reading end; must be open before the engine starts. */
  open(): Socket;
  /** Lets the reading end come to its end once the engine is done, even if it never opened the pipe. */
  finish(): void;
}

export interface Pipes {
  take(): ResultPipe;
  give(pipe: ResultPipe): void;
}

/** Makes `count` named pipes in a directory. Node has no mkfifo, so the system's is run, once. */
export async function openPipes(directory: string, count: number): Promise<Pipes> {
  const paths = Array.from({ length: count }, (_, at) => path.join(directory, `result-${at}`));
  await promisify(execFile)('mkfifo', ['-m', '600', ...paths]);
  const free = paths.map(
    (name): ResultPipe => ({
      path: name,
      open() {
        const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
        return new Socket({ fd, readable: true, writable: false });
      },
      finish() {
        try {
          closeSync(openSync(name, constants.O_WRONLY | constants.O_NONBLOCK));
        } catch (reason) {
          // No reader is left: it has come to its end.
          if ((reason as NodeJS.ErrnoException).code !== 'ENXIO') throw reason;
        }
      },
    }),
  );
  return {
    take() {
      const pipe = free.pop();
      if (pipe === undefined) throw new Error('More results at once than pipes');
      return pipe;
    },
    give(pipe) {
      free.push(pipe);
    },
  };
}
