import { readdirSync, readFileSync } from 'node:fs';
import { type EventType, payloadRecords } from '../../schemas/events.ts';

// The event contract, read from its newest Avro schema: validation, defaults and the OpenAPI document are generated
// from it, so they cannot say something else than what is stored.

export type FieldType =
  | { kind: 'text' }
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'instant' }
  | { kind: 'choice'; of: readonly string[] }
  | { kind: 'texts' }
  | { kind: 'record'; fields: readonly Field[] };

export type Field = { name: string; doc: string; nullable: boolean; type: FieldType };

/** Avro writes n < 0 as -2n - 1, which must be a safe integer too. */
export const largestLong = 2 ** 52;

type AvroType = string | readonly AvroType[] | AvroNode;
type AvroNode = {
  type: AvroType;
  name?: string;
  logicalType?: string;
  symbols?: readonly string[];
  fields?: readonly AvroField[];
};
type AvroField = { name: string; type: AvroType; doc?: string };

const newestSchema = (): AvroNode => {
  const folder = new URL('../../schemas/avro/', import.meta.url);
  const versions = readdirSync(folder)
    .map((file) => Number(/^event\.v(\d+)\.avsc$/.exec(file)?.[1]))
    .filter((version) => !Number.isNaN(version));
  const file = new URL(`event.v${Math.max(...versions)}.avsc`, folder);
  return JSON.parse(readFileSync(file, 'utf8')) as AvroNode;
};

/** Types are named where they are first used, and meant by name after. */
const named = new Map<string, FieldType>();

const remember = (name: string | undefined, type: FieldType): FieldType => {
  if (name !== undefined) named.set(name, type);
  return type;
};

const fieldType = (avro: AvroType): FieldType => {
  if (Array.isArray(avro)) throw new Error('unions of more than null and one type are not part of the contract');
  if (typeof avro === 'string') {
    if (avro === 'string') return { kind: 'text' };
    if (avro === 'int') return { kind: 'integer', min: -(2 ** 31), max: 2 ** 31 - 1 };
    if (avro === 'long') return { kind: 'integer', min: -largestLong, max: largestLong };
    const known = named.get(avro);
    if (known === undefined) throw new Error(`unknown type ${avro} in the event schema`);
    return known;
  }
  const node = avro as AvroNode;
  if (node.logicalType === 'timestamp-micros') return { kind: 'instant' };
  if (node.symbols !== undefined) return remember(node.name, { kind: 'choice', of: node.symbols });
  if (node.fields !== undefined) return remember(node.name, { kind: 'record', fields: node.fields.map(fieldOf) });
  if (node.type === 'array') return { kind: 'texts' };
  return fieldType(node.type);
};

const fieldOf = ({ name, type, doc = '' }: AvroField): Field => {
  const branches: readonly AvroType[] = Array.isArray(type) ? type : [type];
  const value = branches.find((branch) => branch !== 'null') as AvroType;
  return { name, doc, nullable: branches.includes('null'), type: fieldType(value) };
};

const schema = newestSchema();

const fieldNamed = (name: string): AvroField => {
  const field = schema.fields?.find((field) => field.name === name);
  if (field === undefined) throw new Error(`no field ${name} in the event schema`);
  return field;
};

const readPayloads = (): ReadonlyMap<EventType, readonly Field[]> => {
  const payload = fieldNamed('payload').type as readonly AvroNode[];
  const fields = new Map(payload.map((record) => [record.name, (record.fields ?? []).map(fieldOf)]));
  const types = Object.entries(payloadRecords) as [EventType, string][];
  return new Map(types.map(([type, record]) => [type, fields.get(record) as Field[]]));
};

/** The fields of every event type's payload. */
export const payloadFields: ReadonlyMap<EventType, readonly Field[]> = readPayloads();

// Fields of the envelope.
export const clockOffset: Field = fieldOf(fieldNamed('clock_offset_ms'));
export const switchKind: Field = fieldOf(fieldNamed('switch_kind'));
export const occurredPrecision: Field = fieldOf(fieldNamed('occurred_precision'));
