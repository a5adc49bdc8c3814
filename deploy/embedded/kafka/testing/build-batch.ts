import { crc32c } from '../protocol/crc32c.ts';
import { BATCH_HEADER_BYTES } from '../protocol/record-batch.ts';
import { Writer } from '../protocol/writer.ts';

export type BatchOptions = {
  values: readonly string[];
  baseOffset?: number;
  /** Of the first record; each next one is a millisecond later. */
  timestamp?: number;
  producer?: { id: number; epoch: number; firstSequence: number };
  attributes?: number;
};

/** A record batch as a producer would send it. */
export function buildBatch(options: BatchOptions): Buffer {
  const { values, baseOffset = 0, timestamp = 1_000, attributes = 0 } = options;
  const records = Buffer.concat(values.map((value, i) => buildRecord(value, i)));
  const { id, epoch, firstSequence } = options.producer ?? { id: -1, epoch: -1, firstSequence: -1 };
  const signed = new Writer(64)
    .int16(attributes)
    .int32(values.length - 1)
    .int64(timestamp)
    .int64(timestamp + values.length - 1)
    .int64(id)
    .int16(epoch)
    .int32(firstSequence)
    .int32(values.length);
  const content = Buffer.concat([...(signed.parts() as Buffer[]), records]);
  const head = new Writer(32)
    .int64(baseOffset)
    .int32(BATCH_HEADER_BYTES - 12 - 40 + content.length)
    .int32(0)
    .int8(2)
    .int32(crc32c(content) | 0);
  return Buffer.concat([...(head.parts() as Buffer[]), content]);
}

function buildRecord(value: string, position: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([0]),
    varint(position), // timestamp delta
    varint(position), // offset delta
    varint(-1), // no key
    varint(Buffer.byteLength(value)),
    Buffer.from(value),
    varint(0), // no headers
  ]);
  return Buffer.concat([varint(body.length), body]);
}

function varint(value: number): Buffer {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  const bytes: number[] = [];
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}
