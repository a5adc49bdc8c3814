import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import fc from 'fast-check';
import { crc32c } from './crc32c.ts';
import { decodeProduceResponse, encodeProduceRequest } from './kafka-produce-request.ts';

// kafkajs' own decoder, in the role of a consumer.
const load = createRequire(import.meta.url);
const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const decodeRecordBatch = load('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{
  maxTimestamp: string;
  lastOffsetDelta: number;
  crc: number;
  records: { key: Buffer; value: Buffer | null; timestamp: string; offset: string; headers: Record<string, Buffer> }[];
}>;
const kafkajsCrc = load('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

test('the checksum is CRC-32C', () => {
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(crc32c(bytes), kafkajsCrc(Buffer.from(bytes)));
    }),
  );
});

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const record = fc.record(
  {
    key: bytes,
    value: fc.option(
      fc.oneof(
        bytes,
        fc.uint8Array({ minLength: 5000, maxLength: 9000 }).map((array) => Buffer.from(array)),
      ),
    ),
    // kafkajs gathers headers in an object, so names like `valueOf` come out wrong there.
    headers: fc.dictionary(
      fc.string().map((name) => `h-${name}`),
      fc.oneof(fc.string(), bytes),
      { noNullPrototype: true, maxKeys: 4 },
    ),
    timestamp: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  },
  { requiredKeys: ['key', 'value'] },
);

test('a consumer reads from the request what was put into it', async () => {
  const nowMs = 1_800_000_000_000;
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 80 }), async (records) => {
      const request = encodeProduceRequest([{ topic: 'töpic', partition: 7, records }], {
        timeoutMs: 1234,
        nowMs,
        bytesExpected: 16,
      });
      const name = Buffer.from('töpic');
      const header = Buffer.alloc(2 + 2 + 4 + 4 + 2 + name.length + 4 + 4 + 4);
      header.writeInt16BE(-1, 0);
      header.writeInt16BE(-1, 2);
      header.writeInt32BE(1234, 4);
      header.writeInt32BE(1, 8);
      header.writeInt16BE(name.length, 12);
      name.copy(header, 14);
      header.writeInt32BE(1, 14 + name.length);
      header.writeInt32BE(7, 18 + name.length);
      header.writeInt32BE(request.length - header.length, 22 + name.length);
      assert.deepEqual(request.subarray(0, header.length), header);

      const batch = request.subarray(header.length);
      assert.equal(batch.readUInt32BE(17), kafkajsCrc(batch.subarray(21)));
      const decoded = await decodeRecordBatch(new Decoder(batch));
      assert.equal(decoded.lastOffsetDelta, records.length - 1);
      assert.deepEqual(
        decoded.records.map(({ key, value, timestamp, offset }) => ({ key, value, timestamp, offset })),
        records.map(({ key, value, timestamp }, index) => ({
          key,
          value,
          timestamp: String(timestamp ?? nowMs),
          offset: String(index),
        })),
      );
      decoded.records.forEach(({ headers }, index) => {
        const given = Object.entries(records[index]?.headers ?? {}).map(([name, value]) => [name, Buffer.from(value)]);
        assert.deepEqual(Object.entries(headers), given);
      });
    }),
    { numRuns: 100 },
  );
});

test('the answer names each partition with its error', () => {
  const answer = Buffer.alloc(4 + 2 + 1 + 4 + 2 * 30 + 4);
  answer.writeInt32BE(1, 0);
  answer.writeInt16BE(1, 4);
  answer.write('t', 6);
  answer.writeInt32BE(2, 7);
  answer.writeInt32BE(3, 11);
  answer.writeInt32BE(4, 41);
  answer.writeInt16BE(10, 45);
  answer.writeInt32BE(250, 71);
  assert.deepEqual(decodeProduceResponse(answer), {
    answers: [
      { topic: 't', partition: 3, errorCode: 0 },
      { topic: 't', partition: 4, errorCode: 10 },
    ],
    throttleMs: 250,
  });
});
