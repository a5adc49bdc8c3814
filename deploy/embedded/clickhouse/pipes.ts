import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

/** A named pipe the engine writes a result into, in any format, as fast as its reader takes it. */
export interface ResultPipe {
  readonly path: string;
  /** Opens it, before the engine starts. */
  open(): OpenPipe;
}

export interface OpenPipe {
  /** The reading end; ends after `finish`. */
  readonly source: Socket;
  /** To be called once the engine is done. */
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
        // Held because the engine may open the pipe never, or again after an error: then it must find a reader.
        const held = openSync(name, constants.O_WRONLY | constants.O_NONBLOCK);
        return {
          source: new Socket({ fd, readable: true, writable: false }),
          finish: () => closeSync(held),
        };
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
