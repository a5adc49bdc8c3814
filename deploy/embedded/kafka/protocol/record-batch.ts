import { crc32c } from './crc32c.ts';
import { ErrorCode } from './error-codes.ts';

// A batch in Kafka's format 2, the only one stored:
//   0 base offset i64 · 8 length of the rest i32 · 12 leader epoch i32 · 16 magic i8 · 17 CRC-32C of all that follows
//   21 attributes i16 · 23 last offset delta i32 · 27 base timestamp i64 · 35 max timestamp i64
//   43 producer id i64 · 51 producer epoch i16 · 53 base sequence i32 · 57 record count i32 · 61 records
// The base offset lies before the checksum, so the broker can assign it without touching what the producer signed.
export const BATCH_HEADER_BYTES = 61;
/** Enough of a batch to know how long it is. */
export const BATCH_PREFIX_BYTES = 12;
const LEADER_EPOCH = 0;
const MAGIC = 2;
const NO_PRODUCER = -1;
const COMPRESSION_MASK = 0x07;
const HIGHEST_COMPRESSION = 4;
const TRANSACTIONAL_OR_CONTROL = 0x30;

export type BatchHeader = {
  baseOffset: number;
  sizeBytes: number;
  recordCount: number;
  baseTimestamp: number;
  maxTimestamp: number;
  isCompressed: boolean;
  /** Set by idempotent producers only. */
  producer: { id: number; epoch: number; firstSequence: number } | null;
};

export type BatchProblem = { errorCode: ErrorCode; reason: string };

/** The whole size of the batch that starts at `at`; its first 12 bytes must be there. */
export function batchSizeAt(bytes: Buffer, at: number): number {
  return BATCH_PREFIX_BYTES + bytes.readInt32BE(at + 8);
}

export function baseOffsetAt(bytes: Buffer, at: number): number {
  return int64At(bytes, at);
}

export function readBatchHeader(bytes: Buffer, at = 0): BatchHeader {
  const producerId = int64At(bytes, at + 43);
  return {
    baseOffset: int64At(bytes, at),
    sizeBytes: batchSizeAt(bytes, at),
    recordCount: bytes.readInt32BE(at + 57),
    baseTimestamp: int64At(bytes, at + 27),
    maxTimestamp: int64At(bytes, at + 35),
    isCompressed: (bytes.readInt16BE(at + 21) & COMPRESSION_MASK) !== 0,
    producer:
      producerId === NO_PRODUCER
        ? null
        : { id: producerId, epoch: bytes.readInt16BE(at + 51), firstSequence: bytes.readInt32BE(at + 53) },
  };
}

/** Gives the batch its place in the log. */
export function assignBaseOffset(batch: Buffer, baseOffset: number): void {
  batch.writeInt32BE(Math.floor(baseOffset / 2 ** 32), 0);
  batch.writeUInt32BE(baseOffset >>> 0, 4);
  batch.writeInt32BE(LEADER_EPOCH, 12);
}

/** The one field that neither the checksum covers nor the batches around it tell: with one leader for ever it is known. */
export function hasOurLeaderEpoch(bytes: Buffer, at: number): boolean {
  return bytes.readInt32BE(at + 12) === LEADER_EPOCH;
}

/** True when a whole, undamaged batch of `sizeBytes` starts at `at`. */
export function isIntact(bytes: Buffer, at: number, sizeBytes: number): boolean {
  return bytes[at + 16] === MAGIC && crc32c(bytes, at + 21, at + sizeBytes) === bytes.readUInt32BE(at + 17);
}

export type BatchLimits = { maxMessageBytes: number; latestTimestamp: number };

/** What is wrong with the records of one partition in a produce request, or null when they may be stored. */
export function findBatchProblem(records: Buffer, limits: BatchLimits): BatchProblem | null {
  if (records.length <= 16) return problem(ErrorCode.CORRUPT_MESSAGE, 'shorter than a batch');
  if (records[16] !== MAGIC) {
    return problem(ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT, 'only record batches of format 2 are stored');
  }
  if (records.length < BATCH_HEADER_BYTES) return problem(ErrorCode.CORRUPT_MESSAGE, 'shorter than a batch header');
  const sizeBytes = batchSizeAt(records, 0);
  if (sizeBytes < records.length) return problem(ErrorCode.INVALID_RECORD, 'more than one batch for a partition');
  if (sizeBytes !== records.length) return problem(ErrorCode.CORRUPT_MESSAGE, 'the batch is cut short');
  if (sizeBytes > limits.maxMessageBytes) {
    return problem(ErrorCode.MESSAGE_TOO_LARGE, `${sizeBytes} bytes, the topic takes ${limits.maxMessageBytes}`);
  }
  if (!isIntact(records, 0, sizeBytes)) return problem(ErrorCode.CORRUPT_MESSAGE, 'the checksum does not match');
  if (int64At(records, 35) > limits.latestTimestamp) {
    return problem(ErrorCode.INVALID_TIMESTAMP, 'the timestamp lies in the future');
  }
  return findContentProblem(records);
}

function findContentProblem(records: Buffer): BatchProblem | null {
  const attributes = records.readInt16BE(21);
  if ((attributes & TRANSACTIONAL_OR_CONTROL) !== 0) {
    return problem(ErrorCode.INVALID_RECORD, 'transactional and control batches are not supported');
  }
  if ((attributes & COMPRESSION_MASK) > HIGHEST_COMPRESSION) {
    return problem(ErrorCode.INVALID_RECORD, 'unknown compression');
  }
  const count = records.readInt32BE(57);
  if (count <= 0 || records.readInt32BE(23) !== count - 1) {
    return problem(ErrorCode.INVALID_RECORD, 'record count and last offset disagree');
  }
  const isCompressed = (attributes & COMPRESSION_MASK) !== 0;
  if (!isCompressed && !holdsRecords(records, count)) {
    return problem(ErrorCode.INVALID_RECORD, 'the records do not fill the batch');
  }
  return null;
}

function holdsRecords(records: Buffer, count: number): boolean {
  const cursor = { at: BATCH_HEADER_BYTES };
  for (let left = count; left > 0; left -= 1) {
    const length = readVarint(records, cursor);
    if (length < 1) return false;
    cursor.at += length;
    if (cursor.at > records.length) return false;
  }
  return cursor.at === records.length;
}

/**
 * The first record at or after `timestamp` in an uncompressed batch, by offset and time. Compressed batches are opaque
 * to the broker: their first record stands for all, so a reader may get older records too but never misses one.
 */
export function findByTimestamp(batch: Buffer, timestamp: number): { offset: number; timestamp: number } {
  const header = readBatchHeader(batch);
  const first = { offset: header.baseOffset, timestamp: header.baseTimestamp };
  if (header.isCompressed) return first;
  const cursor = { at: BATCH_HEADER_BYTES };
  for (let left = header.recordCount; left > 0; left -= 1) {
    const next = readVarint(batch, cursor) + cursor.at;
    cursor.at += 1; // attributes
    const recordTimestamp = header.baseTimestamp + readVarint(batch, cursor);
    const offset = header.baseOffset + readVarint(batch, cursor);
    if (recordTimestamp >= timestamp) return { offset, timestamp: recordTimestamp };
    cursor.at = next;
  }
  return first;
}

/** A zig-zag varint; past the end of the bytes it reads as a length that no record has. */
function readVarint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[cursor.at];
    if (byte === undefined) return -1;
    cursor.at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    scale *= 128;
  }
  return -1;
}

function int64At(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}

function problem(errorCode: ErrorCode, reason: string): BatchProblem {
  return { errorCode, reason };
}
