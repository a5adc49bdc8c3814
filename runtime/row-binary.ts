import { type ClickHouseType, parseClickHouseType } from './clickhouse-type.ts';
import { RowBinaryWriter } from './row-binary-writer.ts';

export type RowBinaryEncoder<Row> = {
  /** The columns in the order in which `encode` writes them. */
  readonly columns: readonly string[];
  /** Throws a `RangeError` that names row and column when a value is not of the column's type. */
  readonly encode: (rows: readonly Row[]) => Buffer;
};

type Write = (writer: RowBinaryWriter, value: unknown) => void;

/**
 * Compiles the columns of a table into an encoder of ClickHouse's RowBinary format. Values: numbers or bigints for
 * integers, µs since the epoch for `DateTime64(6)` (in general ticks), seconds for `DateTime`, strings or bytes for
 * `String`, objects by element name for `Tuple`, objects or Maps for `Map`, null for an empty `Nullable`.
 */
export function rowBinaryEncoder<Row extends object>(
  columns: Readonly<Record<keyof Row & string, string>>,
): RowBinaryEncoder<Row> {
  const names = Object.keys(columns) as (keyof Row & string)[];
  const compiled = names.map((name) => ({ name, write: compile(parseClickHouseType(columns[name])) }));
  // The next batch is likely to be about as large as the one before.
  let bytesExpected = 16 * 1024;

  return {
    columns: names,
    encode: (rows) => {
      const writer = new RowBinaryWriter(bytesExpected);
      rows.forEach((row, index) => {
        for (const { name, write } of compiled) {
          try {
            write(writer, row[name]);
          } catch (error) {
            throw new RangeError(`row ${index}, column ${name}: ${String(error)}`, { cause: error });
          }
        }
      });
      const bytes = writer.finish();
      bytesExpected = Math.min(bytes.length + (bytes.length >> 3) + 1024, 64 * 1024 * 1024);
      return bytes;
    },
  };
}

function compile(type: ClickHouseType): Write {
  switch (type.kind) {
    case 'String':
      return (writer, value) => {
        if (typeof value === 'string') writer.string(value);
        else if (value instanceof Uint8Array) writer.sizedBytes(value);
        else throw mismatch('a string or bytes', value);
      };
    case 'FixedString':
      return compileFixedString(type.length);
    case 'Bool':
      return (writer, value) => {
        if (typeof value !== 'boolean') throw mismatch('a boolean', value);
        writer.byte(value ? 1 : 0);
      };
    case 'Float64':
      return (writer, value) => {
        if (typeof value !== 'number') throw mismatch('a number', value);
        writer.float64(value);
      };
    case 'UInt':
    case 'Int':
      return compileInteger(type.kind === 'Int', type.bits);
    case 'DateTime':
      return compileInteger(false, 32);
    case 'DateTime64':
      return compileInteger(true, 64);
    case 'Nullable':
      return compileNullable(compile(type.of));
    case 'Array':
      return compileArray(compile(type.of));
    case 'Tuple':
      return compileTuple(type.fields.map((field) => ({ name: field.name, write: compile(field.type) })));
    case 'Map':
      return compileMap(compile(type.key), compile(type.value));
  }
}

function compileFixedString(length: number): Write {
  return (writer, value) => {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    if (!(bytes instanceof Uint8Array)) throw mismatch('a string or bytes', value);
    if (bytes.length > length) throw new RangeError(`${bytes.length} bytes are more than ${length}`);
    writer.paddedBytes(bytes, length);
  };
}

function compileInteger(signed: boolean, bits: 8 | 16 | 32 | 64): Write {
  return bits === 64 ? compileInteger64(signed) : compileSmallInteger(signed, bits);
}

function compileSmallInteger(signed: boolean, bits: 8 | 16 | 32): Write {
  const min = signed ? -(2 ** (bits - 1)) : 0;
  const max = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  const expected = `an integer from ${min} to ${max}`;
  return (writer, value) => {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !(number >= min && number <= max) || !Number.isInteger(number)) {
      throw mismatch(expected, value);
    }
    writer.integer(number, bits / 8);
  };
}

function compileInteger64(signed: boolean): Write {
  const min = signed ? -(2n ** 63n) : 0n;
  const max = signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  return (writer, value) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && (signed || value >= 0)) writer.integer64(value);
    else if (typeof value === 'bigint' && value >= min && value <= max) writer.bigInteger64(value);
    else throw mismatch(`an integer from ${min} to ${max}, safe if a number`, value);
  };
}

function compileNullable(write: Write): Write {
  return (writer, value) => {
    if (value === null) {
      writer.byte(1);
    } else {
      writer.byte(0);
      write(writer, value);
    }
  };
}

function compileArray(write: Write): Write {
  return (writer, value) => {
    if (!Array.isArray(value)) throw mismatch('an array', value);
    writer.size(value.length);
    for (const item of value) write(writer, item);
  };
}

function compileTuple(fields: readonly { readonly name: string; readonly write: Write }[]): Write {
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) throw mismatch('an object', value);
    const object = value as Readonly<Record<string, unknown>>;
    for (const { name, write } of fields) write(writer, object[name]);
  };
}

function compileMap(writeKey: Write, writeValue: Write): Write {
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) throw mismatch('an object or a Map', value);
    const entries = value instanceof Map ? [...value] : Object.entries(value);
    writer.size(entries.length);
    for (const [key, item] of entries) {
      writeKey(writer, key);
      writeValue(writer, item);
    }
  };
}

function mismatch(expected: string, value: unknown): RangeError {
  const shown =
    typeof value === 'number' || typeof value === 'bigint' ? String(value) : value === null ? 'null' : typeof value;
  return new RangeError(`expected ${expected}, got ${shown}`);
}
