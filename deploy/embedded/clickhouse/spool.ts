import { randomUUID } from 'node:crypto';
import { createWriteStream, writeFileSync } from 'node:fs';
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

/** Up to this size a file is written in one go, which costs a tenth of a millisecond, instead of by a stream. */
const SMALL_BYTES = 256 * 1024;

async function* both(head: Buffer, body: Readable | undefined): AsyncGenerator<Buffer, void> {
  if (head.length > 0) yield head;
  // Not destroyed when refused: the answer goes out on the same socket.
  const rest: AsyncIterable<Buffer> | undefined = body?.iterator({ destroyOnReturn: false });
  if (rest !== undefined) yield* rest;
}

async function writeAll(target: string, chunks: AsyncGenerator<Buffer, void>, signal: AbortSignal): Promise<void> {
  const first: Buffer[] = [];
  let size = 0;
  while (size <= SMALL_BYTES) {
    const step = await chunks.next();
    if (step.done === true) return writeFileSync(target, Buffer.concat(first, size), { flag: 'wx', mode: 0o600 });
    first.push(step.value);
    size += step.value.length;
  }
  const file = createWriteStream(target, { flags: 'wx', mode: 0o600, highWaterMark: 1024 * 1024 });
  async function* all(): AsyncGenerator<Buffer, void> {
    yield* first;
    yield* chunks;
  }
  await pipeline(all, file, { signal });
}

export function openSpool(directory: string, limits: SpoolLimits): Spool {
  let held = 0;

  async function* counted(chunks: AsyncGenerator<Buffer, void>, file: { bytes: number }): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      file.bytes += chunk.length;
      held += chunk.length;
      if (file.bytes > limits.fileBytes) {
        throw queryError('queryIsTooLarge', `The request body is larger than ${limits.fileBytes} bytes`);
      }
      if (held > limits.totalBytes) throw queryError('notEnoughSpace', 'Too much insert data is waiting at once');
      yield chunk;
    }
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
        await writeAll(file.path, counted(both(head, body), file), signal);
      } catch (reason) {
        await remove();
        throw signal.aborted ? queryError('cancelled', 'The client went away') : reason;
      }
      return { path: file.path, bytes: file.bytes, remove };
    },
  };
}
