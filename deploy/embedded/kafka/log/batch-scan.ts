import {
  BATCH_HEADER_BYTES,
  baseOffsetAt,
  type BatchHeader,
  batchSizeAt,
  hasOurLeaderEpoch,
  isIntact,
  readBatchHeader,
} from '../protocol/record-batch.ts';
import type { DurableFile } from './durable-file.ts';

const SCAN_WINDOW_BYTES = 1024 * 1024;

export type ScanResult = {
  /** Where the last good batch ends. */
  position: number;
  nextOffset: number;
  /** Why the scan ended before `end`; null when every byte belongs to a good batch. */
  problem: string | null;
};

type ScanStart = { position: number; nextOffset: number; end: number };

/** Checks batch after batch (checksum, length, leader epoch, contiguous offsets) and shows each good one to `visit`. */
export async function scanBatches(
  file: Pick<DurableFile, 'read'>,
  start: ScanStart,
  visit: (batch: BatchHeader, position: number) => void,
): Promise<ScanResult> {
  const window = createWindow(file, start.end, SCAN_WINDOW_BYTES);
  let { position, nextOffset } = start;
  const stop = (problem: string | null): ScanResult => ({ position, nextOffset, problem });
  while (position < start.end) {
    if (position + BATCH_HEADER_BYTES > start.end) return stop('a batch header is cut short');
    if (!window.holds(position, BATCH_HEADER_BYTES)) await window.load(position, BATCH_HEADER_BYTES);
    const sizeBytes = batchSizeAt(window.bytes, position - window.start);
    if (sizeBytes < BATCH_HEADER_BYTES) return stop('a batch has an impossible length');
    if (position + sizeBytes > start.end) return stop('a batch is cut short');
    if (!window.holds(position, sizeBytes)) await window.load(position, sizeBytes);
    const at = position - window.start;
    if (!isIntact(window.bytes, at, sizeBytes)) return stop('a checksum does not match');
    if (!hasOurLeaderEpoch(window.bytes, at)) return stop('a leader epoch is not ours');
    if (baseOffsetAt(window.bytes, at) !== nextOffset) return stop('an offset is not the next one');
    const header = readBatchHeader(window.bytes, at);
    visit(header, position);
    position += sizeBytes;
    nextOffset += header.recordCount;
  }
  return stop(null);
}

export type Window = {
  bytes: Buffer;
  start: number;
  holds: (position: number, length: number) => boolean;
  load: (position: number, length: number) => Promise<void>;
};

/** A stretch of the file in memory that moves forward; longer than usual only for a batch that is. */
export function createWindow(file: Pick<DurableFile, 'read'>, end: number, usualBytes: number): Window {
  const window: Window = {
    bytes: Buffer.alloc(0),
    start: 0,
    holds: (position, length) => position >= window.start && position + length <= window.start + window.bytes.length,
    load: async (position, length) => {
      const wanted = Math.min(Math.max(length, usualBytes), end - position);
      const bytes = Buffer.allocUnsafe(wanted);
      await file.read(bytes, position);
      window.bytes = bytes;
      window.start = position;
    },
  };
  return window;
}
