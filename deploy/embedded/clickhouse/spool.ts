import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { queryError } from './errors.ts';

/** The rows of an insert, in a file that the engine reads: data never becomes part of a SQL text. */
export interface SpoolFile {
  readonly path: string;
  readonly bytes: number;
  remove(): Promise<void>;
}

export interface SpoolLimits {
  readonly fileBytes: number;
  readonly totalBytes: number;
}

export interface Spool {
  /** Writes `head` and then the stream; nothing is left behind on failure. */
  write(head: Buffer, body: Readable | undefined, signal: AbortSignal): Promise<SpoolFile>;
}

export function openSpool(directory: string, limits: SpoolLimits): Spool {
  let held = 0;

  function counted(head: Buffer, body: Readable | undefined, file: { bytes: number }): () => AsyncGenerator<Buffer> {
    const count = (chunk: Buffer): Buffer => {
      file.bytes += chunk.length;
      held += chunk.length;
      if (file.bytes > limits.fileBytes) {
        throw queryError('queryIsTooLarge', `The request body is larger than ${limits.fileBytes} bytes`);
      }
      if (held > limits.totalBytes) throw queryError('notEnoughSpace', 'Too much insert data is waiting at once');
      return chunk;
    };
    return async function* chunks() {
      if (head.length > 0) yield count(head);
      if (body === undefined) return;
      // Not destroyed when refused: the answer goes out on the same socket.
      const rest: AsyncIterable<Buffer> = body.iterator({ destroyOnReturn: false });
      for await (const chunk of rest) yield count(chunk);
    };
  }

  return {
    async write(head, body, signal) {
      const file = { path: path.join(directory, `insert-${randomUUID()}`), bytes: 0 };
      const remove = async (): Promise<void> => {
        held -= file.bytes;
        file.bytes = 0;
        await rm(file.path, { force: true });
      };
      try {
        const target = createWriteStream(file.path, { flags: 'wx', mode: 0o600, highWaterMark: 1024 * 1024 });
        await pipeline(counted(head, body, file), target, { signal });
      } catch (reason) {
        await remove();
        throw signal.aborted ? queryError('cancelled', 'The client went away') : reason;
      }
      return { path: file.path, bytes: file.bytes, remove };
    },
  };
}
