import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowBinaryEncoder } from './row-binary.ts';

// An independent reader of RowBinary: it takes the column's type as text, and shares nothing with the encoder.
function decode(type: string, bytes: Buffer): { value: unknown; rest: Buffer } {
  const inner = /^\w+\((.*)\)$/s.exec(type)?.[1] ?? '';
  const sized = (): { size: number; rest: Buffer } => {
    let size = 0;
    for (let at = 0; ; at += 1) {
      const byte = bytes.readUInt8(at);
      size += (byte & 0x7f) * 2 ** (7 * at);
      if (byte < 0x80) return { size, rest: bytes.subarray(at + 1) };
    }
  };
  const many = (types: (index: number) => string, count: number, from: Buffer): { value: unknown[]; rest: Buffer } => {
    const value: unknown[] = [];
    let rest = from;
    for (let index = 0; index < count; index += 1) {
      const item = decode(types(index), rest);
      value.push(item.value);
      rest = item.rest;
    }
    return { value, rest };
  };
  if (type === 'String') {
    const { size, rest } = sized();
    assert(rest.length >= size, 'a string goes beyond the end');
    return { value: rest.subarray(0, size).toString(), rest: rest.subarray(size) };
  }
  if (type.startsWith('FixedString')) {
    const length = Number(inner);
    return { value: bytes.subarray(0, length).toString('latin1'), rest: bytes.subarray(length) };
  }
  if (type.startsWith('LowCardinality')) return decode(inner, bytes);
  if (type.startsWith('Nullable')) {
    return bytes[0] === 1 ? { value: null, rest: bytes.subarray(1) } : decode(inner, bytes.subarray(1));
  }
  if (type.startsWith('Array')) {
    const { size, rest } = sized();
    return many(() => inner, size, rest);
  }
  if (type.startsWith('Map')) {
    const [key = '', value = ''] = inner.split(', ');
    const { size, rest } = sized();
    const pairs = many((index) => (index % 2 === 0 ? key : value), size * 2, rest);
    const entries = pairs.value.flatMap((item, index) => (index % 2 === 0 ? [[item, pairs.value[index + 1]]] : []));
    return { value: Object.fromEntries(entries) as unknown, rest: pairs.rest };
  }
  if (type.startsWith('Tuple')) {
    const fields = inner.split('; ').map((field) => field.split(' ') as [string, string]);
    const { value, rest } = many((index) => fields[index]?.[1] ?? '', fields.length, bytes);
    return { value: Object.fromEntries(fields.map(([name], index) => [name, value[index]])) as unknown, rest };
  }
  const number: Record<string, [number, () => unknown]> = {
    UInt8: [1, () => bytes.readUInt8()],
    UInt16: [2, () => bytes.readUInt16LE()],
    UInt32: [4, () => bytes.readUInt32LE()],
    UInt64: [8, () => bytes.readBigUInt64LE()],
    Int8: [1, () => bytes.readInt8()],
    Int16: [2, () => bytes.readInt16LE()],
    Int32: [4, () => bytes.readInt32LE()],
    Int64: [8, () => bytes.readBigInt64LE()],
    Float64: [8, () => bytes.readDoubleLE()],
    Bool: [1, () => bytes.readUInt8() === 1],
    'DateTime64(6)': [8, () => bytes.readBigInt64LE()],
    DateTime: [4, () => bytes.readUInt32LE()],
  };
  const [length, read] = number[type] ?? assert.fail(`no reader for ${type}`);
  return { value: read(), rest: bytes.subarray(length) };
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ minLength: 100, maxLength: 400 }),
  fc.string({ unit: fc.constantFrom('é', '漢', 'a'), minLength: 20, maxLength: 300 }),
);
const signed = (bits: number): fc.Arbitrary<number> =>
  fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
const unsigned = (bits: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** bits - 1 });
const tuple = fc.record({ name: text, at: fc.maxSafeInteger(), note: fc.option(text) });
const tupleType = 'Tuple(name String, at DateTime64(6), note Nullable(String))';

type Case = { readonly type: string; readonly readAs?: string; readonly values: fc.Arbitrary<unknown> };
const cases: readonly Case[] = [
  { type: 'String', values: text },
  { type: 'FixedString(5)', values: fc.string({ unit: 'binary-ascii', minLength: 5, maxLength: 5 }) },
  { type: 'LowCardinality(String)', values: text },
  { type: 'LowCardinality(Nullable(String))', values: fc.option(text) },
  ...([8, 16, 32] as const).flatMap((bits) => [
    { type: `Int${bits}`, values: signed(bits) },
    { type: `UInt${bits}`, values: unsigned(bits) },
  ]),
  { type: 'UInt64', values: fc.oneof(fc.maxSafeNat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })) },
  { type: 'Int64', values: fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })) },
  { type: 'Float64', values: fc.double() },
  { type: 'Bool', values: fc.boolean() },
  { type: 'DateTime64(6)', values: fc.maxSafeInteger() },
  { type: 'DateTime', values: unsigned(32) },
  { type: 'Nullable(UInt16)', values: fc.option(unsigned(16)) },
  { type: 'Array(Array(String))', values: fc.array(fc.array(text, { maxLength: 3 }), { maxLength: 200 }) },
  { type: tupleType, readAs: tupleType.replaceAll(', ', '; '), values: tuple },
  { type: `Array(${tupleType})`, readAs: `Array(${tupleType.replaceAll(', ', '; ')})`, values: fc.array(tuple) },
  { type: 'Map(String, String)', values: fc.dictionary(text, text) },
];

/** 64-bit integers are read as bigints. */
function comparable(value: unknown, read: unknown): unknown {
  return typeof value === 'number' && typeof read === 'bigint' ? BigInt(value) : value;
}

for (const { type, readAs = type, values } of cases) {
  test(`what is written as ${type} is read again`, () => {
    const encoder = rowBinaryEncoder<{ before: number; value: unknown; after: number }>({
      before: 'UInt8',
      value: type,
      after: 'UInt8',
    });
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 20 }), (column) => {
        let rest = encoder.encode(column.map((value) => ({ before: 7, value, after: 9 })));
        for (const value of column) {
          assert.equal(rest[0], 7);
          const decoded = decode(readAs, rest.subarray(1));
          if (typeof value === 'object') assert.equal(normal(decoded.value), normal(value));
          else assert.deepEqual(decoded.value, comparable(value, decoded.value));
          assert.equal(decoded.rest[0], 9);
          rest = decoded.rest.subarray(1);
        }
        assert.equal(rest.length, 0);
      }),
      { numRuns: 60 },
    );
  });
}

function normal(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item));
}

test('bytes go into a String as they are, short and padded into a FixedString', () => {
  const encoder = rowBinaryEncoder<{ s: Uint8Array; f: Uint8Array }>({ s: 'String', f: 'FixedString(4)' });
  const row = { s: Buffer.from([0xff, 0, 0x80]), f: new Uint8Array([1, 2]) };
  assert.deepEqual([...encoder.encode([row])], [3, 0xff, 0, 0x80, 1, 2, 0, 0]);
});

test('columns are written in the order of the declaration, whatever the order in the row', () => {
  const encoder = rowBinaryEncoder<{ a: number; b: number }>({ b: 'UInt8', a: 'UInt8' });
  assert.deepEqual(encoder.columns, ['b', 'a']);
  assert.deepEqual([...encoder.encode([{ a: 1, b: 2 }])], [2, 1]);
});

test('a Map and an object of the same entries are the same', () => {
  const encoder = rowBinaryEncoder<{ m: object }>({ m: 'Map(String, UInt8)' });
  assert.deepEqual(encoder.encode([{ m: new Map([['k', 1]]) }]), encoder.encode([{ m: { k: 1 } }]));
});

test('what an earlier call returned is not touched by the next', () => {
  const encoder = rowBinaryEncoder<{ s: string }>({ s: 'String' });
  const first = encoder.encode([{ s: 'first' }]);
  encoder.encode([{ s: 'other' }]);
  assert.equal(first.toString(), '\u0005first');
});

test('a value that is not of its type is refused by row and column', () => {
  const wrong: [string, unknown][] = [
    ['UInt8', 256],
    ['UInt8', -1],
    ['UInt16', 1.5],
    ['UInt32', Number.NaN],
    ['UInt32', '1'],
    ['Int8', 128],
    ['UInt64', -1],
    ['UInt64', 2 ** 53],
    ['UInt64', -1n],
    ['Int64', 2n ** 63n],
    ['DateTime64(6)', 1.5],
    ['Float64', '1'],
    ['Bool', 1],
    ['String', 5],
    ['String', null],
    ['String', undefined],
    ['FixedString(2)', 'abc'],
    ['Array(UInt8)', {}],
    ['Array(UInt8)', [256]],
    ['Tuple(a UInt8)', null],
    ['Tuple(a UInt8)', {}],
    ['Map(String, UInt8)', 'x'],
    ['Nullable(UInt8)', undefined],
  ];
  for (const [type, value] of wrong) {
    const encoder = rowBinaryEncoder<{ fine: number; bad: unknown }>({ fine: 'UInt8', bad: type });
    assert.throws(
      () => encoder.encode([{ fine: 1, bad: value }]),
      (error) => error instanceof RangeError && error.message.startsWith('row 0, column bad: '),
      `${type} took ${String(value)}`,
    );
  }
});

test('an unknown type is refused when it is compiled', () => {
  for (const type of ['Strin', 'UInt128', 'Array', 'Tuple(String)', '']) {
    assert.throws(() => rowBinaryEncoder<{ x: string }>({ x: type }), /ClickHouse type|without a name/, type);
  }
});
