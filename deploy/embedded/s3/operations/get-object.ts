import { Readable } from 'node:stream';
import type { Exchange, Reply } from '../exchange.ts';
import { judgeRead } from '../protocol/conditions.ts';
import { parseRange, type ByteRange } from '../protocol/range.ts';
import type { ObjectRecord, Segment } from '../storage/records.ts';
import { requireObject, type Store } from '../storage/store.ts';
import { objectHeaders } from './attributes.ts';

export function headObject(exchange: Exchange): Reply {
  return describe(exchange, requireObject(exchange.store, exchange.bucket, exchange.key)).reply;
}

export function getObject(exchange: Exchange): Reply {
  const { store, bucket, key } = exchange;
  const object = requireObject(store, bucket, key);
  const { reply, range } = describe(exchange, object);
  return range === undefined ? reply : { ...reply, body: readSegments(store, object.segments, range) };
}

/** The head of the answer, and the bytes to send with it; none when the client has them already. */
function describe(exchange: Exchange, object: ObjectRecord): { reply: Reply; range?: ByteRange } {
  const headers = objectHeaders(exchange, object);
  if (judgeRead(exchange.header, object) === 'not-modified') {
    delete headers['content-type'];
    return { reply: { status: 304, headers } };
  }
  const part = parseRange(exchange.header('range'), object.size);
  const range = part ?? { start: 0, end: object.size };
  headers['content-length'] = String(range.end - range.start);
  if (part === undefined) return { reply: { status: 200, headers }, range };
  headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${object.size}`;
  // The checksum is that of the whole object; a client would compare it with the part.
  for (const name of Object.keys(headers)) if (name.startsWith('x-amz-checksum-')) delete headers[name];
  return { reply: { status: 206, headers }, range };
}

const readBytes = 128 * 1024;

/** Streams a range of an object; a replacement or deletion meanwhile does not touch it. */
function readSegments(store: Store, segments: readonly Segment[], range: ByteRange): Readable {
  const unpin = store.garbage.pin(segments);
  const stream = Readable.from(chunksOf(store, segments, range), { objectMode: false, highWaterMark: readBytes });
  return stream.once('close', unpin);
}

async function* chunksOf(store: Store, segments: readonly Segment[], range: ByteRange): AsyncGenerator<Buffer> {
  let segmentStart = 0;
  for (const { blob, size } of segments) {
    const start = Math.max(range.start - segmentStart, 0);
    const end = Math.min(range.end - segmentStart, size);
    segmentStart += size;
    if (start >= end) continue;
    const file = await store.files.open(blob);
    yield* file.createReadStream({ start, end: end - 1, highWaterMark: readBytes });
  }
}
