import type { Socket } from 'node:net';
import type { Part } from '../protocol/writer.ts';

const CHUNK_BYTES = 64 * 1024;
const POOLED_CHUNKS = 32;
const freeChunks: Buffer[] = [];

/**
 * Writes an answer's parts to the socket at the pace the client reads them. Records are read from disk a chunk at a
 * time into pooled buffers, so that a slow client holds one chunk, however much it asked for. `onTaken` is called after
 * each piece that the client made room for.
 */
export async function sendAnswer(socket: Socket, parts: readonly Part[], onTaken: () => void): Promise<void> {
  if (parts.every((part) => Buffer.isBuffer(part))) {
    await flush(socket, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
    onTaken();
    return;
  }
  const chunk = freeChunks.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  try {
    await sendByChunks(socket, parts, chunk, onTaken);
  } finally {
    // After an error the socket may still hold the chunk; such a one is left to the garbage collector.
    if (!socket.destroyed && freeChunks.length < POOLED_CHUNKS) freeChunks.push(chunk);
  }
}

/** Gives back what the parts of an answer hold. */
export async function releaseParts(parts: readonly Part[]): Promise<void> {
  for (const part of parts) if (!Buffer.isBuffer(part)) await part.release();
}

async function sendByChunks(socket: Socket, parts: readonly Part[], chunk: Buffer, onTaken: () => void): Promise<void> {
  let used = 0;
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      const length = Math.min(part.length - done, chunk.length - used);
      const target = chunk.subarray(used, used + length);
      if (Buffer.isBuffer(part)) part.copy(target, 0, done, done + length);
      else await part.read(target, done);
      done += length;
      used += length;
      if (used < chunk.length) continue;
      await flush(socket, chunk);
      onTaken();
      used = 0;
    }
  }
  if (used > 0) await flush(socket, chunk.subarray(0, used));
  onTaken();
}

/** Resolves when the kernel has the bytes and the buffer may be used again. */
function flush(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
