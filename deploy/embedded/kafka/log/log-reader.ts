import { BATCH_HEADER_BYTES, batchSizeAt, findByTimestamp, readBatchHeader } from '../protocol/record-batch.ts';
import type { RecordSlice } from '../protocol/writer.ts';
import { createWindow } from './batch-scan.ts';
import type { DurableFile } from './durable-file.ts';
import type { OffsetIndex } from './offset-index.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Segment } from './segment.ts';

/** About what lies between two index entries. */
const HOP_WINDOW_BYTES = 16 * 1024;

/** How much of a log to read: whole batches up to `maxBytes`, but one at least when `atLeastOne`. */
export type ReadLimit = { maxBytes: number; atLeastOne: boolean };

/**
 * The batches from the one that holds `offset` on, within one segment; null when there is none yet or it does not fit.
 * The caller releases the slice.
 */
export async function readSlice(log: PartitionLog, offset: number, limit: ReadLimit): Promise<RecordSlice | null> {
  if (offset >= log.nextOffset) return null;
  const segment = segmentOf(log, offset);
  const file = await segment.acquire();
  try {
    const index = await segment.loadIndex();
    const start = await locate({ segment, file, index }, offset);
    const end = await chooseEnd({ segment, file, index }, start, limit);
    if (end > start) return sliceOf(segment, file, start, end - start);
  } catch (error) {
    await segment.release();
    throw error;
  }
  await segment.release();
  return null;
}

/**
 * Bytes that a read from `offset` could return by now, to about an index entry. A sealed segment will never have more
 * than it has, so waiting for more is pointless: that counts as infinitely many.
 */
export async function bytesFrom(log: PartitionLog, offset: number): Promise<number> {
  if (offset >= log.nextOffset) return 0;
  const segment = segmentOf(log, offset);
  if (!segment.isActive) return Number.POSITIVE_INFINITY;
  const index = await segment.loadIndex();
  return segment.size - (index?.floorByOffset(offset - segment.baseOffset)?.position ?? 0);
}

/** The first record at or after `timestamp`, null when all are older. */
export async function findOffsetByTime(
  log: PartitionLog,
  timestamp: number,
): Promise<{ offset: number; timestamp: number } | null> {
  const segment = log.segments.find(({ maxTimestamp }) => maxTimestamp >= timestamp);
  if (segment === undefined) return null;
  const file = await segment.acquire();
  try {
    const from = (await segment.loadIndex())?.floorByTimestamp(timestamp)?.position ?? 0;
    for await (const { header, position } of hop(segment, file, from)) {
      if (header.maxTimestamp < timestamp || header.baseOffset + header.recordCount <= log.logStartOffset) continue;
      const batch = Buffer.allocUnsafe(header.sizeBytes);
      await file.read(batch, position);
      const found = findByTimestamp(batch, timestamp);
      return { ...found, offset: Math.max(found.offset, log.logStartOffset) };
    }
    return null;
  } finally {
    await segment.release();
  }
}

function segmentOf(log: PartitionLog, offset: number): Segment {
  return log.segments.findLast(({ baseOffset }) => baseOffset <= offset) ?? (log.segments[0] as Segment);
}

type Opened = { segment: Segment; file: DurableFile; index: OffsetIndex | null };

async function locate({ segment, file, index }: Opened, offset: number): Promise<number> {
  const near = index?.floorByOffset(offset - segment.baseOffset);
  if (near?.relativeOffset === offset - segment.baseOffset) return near.position;
  for await (const { header, position } of hop(segment, file, near?.position ?? 0)) {
    if (header.baseOffset + header.recordCount > offset) return position;
  }
  return segment.size;
}

async function chooseEnd({ segment, file, index }: Opened, start: number, limit: ReadLimit): Promise<number> {
  if (segment.size - start <= limit.maxBytes) return segment.size;
  const indexed = index?.floorByPosition(start + limit.maxBytes)?.position ?? 0;
  if (indexed > start) return indexed;
  let end = start;
  for await (const { header, position } of hop(segment, file, start)) {
    const fits = position + header.sizeBytes - start <= limit.maxBytes;
    if (!fits && !(limit.atLeastOne && end === start)) break;
    end = position + header.sizeBytes;
    if (!fits) break;
  }
  return end;
}

type Hop = { header: ReturnType<typeof readBatchHeader>; position: number };

/** Goes from batch to batch by their headers. */
async function* hop(segment: Segment, file: DurableFile, from: number): AsyncGenerator<Hop> {
  const end = segment.size;
  const window = createWindow(file, end, HOP_WINDOW_BYTES);
  for (let position = from; position < end; ) {
    if (!window.holds(position, BATCH_HEADER_BYTES)) await window.load(position, BATCH_HEADER_BYTES);
    const at = position - window.start;
    yield { header: readBatchHeader(window.bytes, at), position };
    position += batchSizeAt(window.bytes, at);
  }
}

function sliceOf(segment: Segment, file: DurableFile, start: number, length: number): RecordSlice {
  return {
    length,
    read: (target, from) => file.read(target, start + from),
    release: () => segment.release(),
  };
}
