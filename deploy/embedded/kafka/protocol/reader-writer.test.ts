import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedRequest, Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** How to write each primitive, how to read it, and what values it takes. */
const PRIMITIVES = {
  int8: fc.integer({ min: -128, max: 127 }),
  int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  int64: fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
  boolean: fc.boolean(),
  string: fc.string({ unit: 'grapheme' }),
  nullableString: fc.option(fc.string()),
  bytes: fc.uint8Array(),
  unsignedVarint: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
} as const;

type Kind = keyof typeof PRIMITIVES;
const kinds = Object.keys(PRIMITIVES) as Kind[];
const field = fc.oneof(...kinds.map((kind) => PRIMITIVES[kind].map((value: unknown) => ({ kind, value }))));

function written(fields: readonly { kind: Kind; value: unknown }[], isFlexible: boolean): Buffer {
  const writer = isFlexible ? new Writer(1).becomeFlexible() : new Writer(1);
  for (const { kind, value } of fields) (writer[kind] as (value: unknown) => Writer).call(writer, value);
  const parts = writer.parts() as Buffer[];
  assert.equal(writer.length, Buffer.concat(parts).length);
  return Buffer.concat(parts);
}

const readerOf = (bytes: Buffer, isFlexible: boolean): Reader =>
  isFlexible ? new Reader(bytes).becomeFlexible() : new Reader(bytes);

test('what is written is read back, whatever the fields and however often the buffer grows', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 30 }), fc.boolean(), (fields, isFlexible) => {
      const reader = readerOf(written(fields, isFlexible), isFlexible);
      for (const { kind, value } of fields) {
        const read = reader[kind]();
        assert.deepEqual(Buffer.isBuffer(read) ? new Uint8Array(read) : read, value);
      }
      assert.equal(reader.remaining, 0);
    }),
  );
});

test('a request that ends early is malformed, never read past its end', () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 10 }), fc.nat(), fc.boolean(), (fields, cut, isFlexible) => {
      const bytes = written(fields, isFlexible);
      const reader = readerOf(bytes.subarray(0, cut % bytes.length), isFlexible);
      assert.throws(() => {
        for (const { kind } of fields) reader[kind]();
      }, MalformedRequest);
    }),
  );
});

test('a false count of elements costs nothing', () => {
  const claim = new Reader(Buffer.from('7fffffff00', 'hex'));
  assert.throws(() => claim.array(() => claim.int8()), MalformedRequest);
  const compact = readerOf(Buffer.from('ffffffff0700', 'hex'), true);
  assert.throws(() => compact.array(() => compact.int8()), MalformedRequest);
});

test('a structure of a flexible version ends in tagged fields, which are passed over', () => {
  const reader = readerOf(Buffer.from([2, 0, 1, 0xaa, 5, 2, 0xbb, 0xcc, 0x2a]), true);
  reader.endStruct();
  assert.equal(reader.int8(), 42);
  const ended = new Writer().becomeFlexible().string('a').endStruct().parts();
  assert.deepEqual(ended, [Buffer.from([2, 97, 0])]);
  assert.deepEqual(new Writer().string('a').endStruct().parts(), [Buffer.from([0, 1, 97])]);
});

test('records are counted before they are read', () => {
  const slice = { length: 1_000, read: async () => undefined, release: async () => undefined };
  const writer = new Writer().int8(1).records(slice).int8(2);
  const parts = writer.parts();
  assert.equal(writer.length, 1 + 4 + 1_000 + 1);
  assert.deepEqual(parts, [Buffer.from([1, 0, 0, 3, 232]), slice, Buffer.from([2])]);
});
