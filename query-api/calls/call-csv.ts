import { stringify } from 'csv-stringify/sync';
import type { TObject, TSchema } from 'typebox';
import { callSummary } from './call-body.ts';
import type { CallSummaryRow } from './call-columns.ts';
import { CallSummary } from './call-schemas.ts';

type Column = { readonly name: string; readonly path: readonly string[] };

/** The fields of an object, those of objects in it as `caller_number`. */
const columnsOf = (schema: TObject, path: readonly string[] = []): Column[] =>
  Object.entries(schema.properties).flatMap(([field, value]) => {
    const inner = objectIn(value);
    const at = [...path, field];
    return inner === null ? [{ name: at.join('_'), path: at }] : columnsOf(inner, at);
  });

const objectIn = (schema: TSchema): TObject | null => {
  if ('properties' in schema) return schema as TObject;
  const choices = 'anyOf' in schema ? (schema.anyOf as TSchema[]) : [];
  return (choices.find((choice) => 'properties' in choice) as TObject | undefined) ?? null;
};

const columns = columnsOf(CallSummary);

/** The names of the columns, a line. */
export const csvHead = (): string => lines([columns.map(({ name }) => name)]);

/** Calls as lines of CSV (RFC 4180), the fields of `CallSummary` in its order. */
export const csvRows = (rows: readonly CallSummaryRow[]): string =>
  lines(rows.map(callSummary).map((call) => columns.map(({ path }) => valueAt(call, path))));

const valueAt = (call: unknown, path: readonly string[]): unknown => {
  let value = call;
  for (const field of path) value = (value as Record<string, unknown> | null)?.[field];
  return Array.isArray(value) ? value.join(' ') : value;
};

const lines = (rows: readonly (readonly unknown[])[]): string =>
  stringify(rows as unknown[][], { record_delimiter: 'windows', cast: { string: asText, boolean: String } });

/**
 * A spreadsheet runs a cell that begins like a formula, and callers choose their own names: such a cell is given an
 * apostrophe, which spreadsheets take for “this is text”. Plain numbers such as +442079460123 can do no harm.
 */
const asText = (text: string): string =>
  /^[=+\-@\t\r＝＋－＠]/.test(text) && !/^[+-]?\d+$/.test(text) ? `'${text}` : text;
