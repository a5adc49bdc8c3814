import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { queryError } from './errors.ts';

/** A whole body of at most `limit` bytes in memory. */
export async function readWhole(stream: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when refused: the answer goes out on the same socket.
  const body: AsyncIterable<Buffer> = stream.iterator({ destroyOnReturn: false });
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw queryError('queryIsTooLarge', `The query is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** A whole body as text, decompressed within the same limit. */
export async function readQuery(request: IncomingMessage, gzipped: boolean, limit: number): Promise<Buffer> {
  const bytes = await readWhole(request, limit);
  if (!gzipped) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: limit });
  } catch {
    throw queryError('queryIsTooLarge', `The body is not gzip, or holds a query larger than ${limit} bytes`);
  }
}
