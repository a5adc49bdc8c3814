/** A ClickHouse type, read from the text that DDL has. */
export type ClickHouseType =
  | { readonly kind: 'String' | 'Bool' | 'Float64' | 'DateTime' }
  | { readonly kind: 'FixedString'; readonly length: number }
  | { readonly kind: 'UInt' | 'Int'; readonly bits: 8 | 16 | 32 | 64 }
  | { readonly kind: 'DateTime64'; readonly precision: number }
  | { readonly kind: 'Nullable' | 'Array'; readonly of: ClickHouseType }
  | { readonly kind: 'Tuple'; readonly fields: readonly TupleField[] }
  | { readonly kind: 'Map'; readonly key: ClickHouseType; readonly value: ClickHouseType };

export type TupleField = { readonly name: string; readonly type: ClickHouseType };

/** Reads a type such as `Array(Tuple(at DateTime64(6), note Nullable(String)))`; throws for one it does not know. */
export function parseClickHouseType(text: string): ClickHouseType {
  const [, name = '', inner] = /^\s*([A-Za-z0-9]+)\s*(?:\((.*)\))?\s*$/s.exec(text) ?? [];
  const parts = inner === undefined ? [] : splitArguments(inner);
  const [first = '', second = ''] = parts;
  const integer = /^(U?Int)(8|16|32|64)$/.exec(name);
  if (integer !== null) {
    return { kind: integer[1] === 'UInt' ? 'UInt' : 'Int', bits: Number(integer[2]) as 8 | 16 | 32 | 64 };
  }
  switch (name) {
    case 'String':
    case 'Bool':
    case 'Float64':
    case 'DateTime':
      return { kind: name };
    case 'FixedString':
      return { kind: name, length: Number(first) };
    case 'DateTime64':
      return { kind: name, precision: Number(first) };
    // On the wire a value of low cardinality is like any other.
    case 'LowCardinality':
      return parseClickHouseType(first);
    case 'Nullable':
    case 'Array':
      return { kind: name, of: parseClickHouseType(first) };
    case 'Tuple':
      return { kind: name, fields: parts.map(parseField) };
    case 'Map':
      return { kind: name, key: parseClickHouseType(first), value: parseClickHouseType(second) };
    default:
      throw new Error(`unknown ClickHouse type ${JSON.stringify(text)}`);
  }
}

function parseField(text: string): TupleField {
  const [, name, type] = /^\s*`?([A-Za-z_][A-Za-z0-9_]*)`?\s+(.+)$/s.exec(text) ?? [];
  if (name === undefined || type === undefined)
    throw new Error(`tuple element without a name: ${JSON.stringify(text)}`);
  return { name, type: parseClickHouseType(type) };
}

/** Splits at the commas that are in no parentheses. */
function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)];
}
