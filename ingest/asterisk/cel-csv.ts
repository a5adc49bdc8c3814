import { parse } from 'csv-parse/sync';
import type { Rejection } from '../../schemas/rejections.ts';
import { reject } from '../dialect.ts';
import type { TextForm } from '../text-form.ts';

/** What Asterisk's own sample of cel_custom.conf writes into Master.csv, in its order. */
const sampleColumns = [
  'eventtype',
  'eventtime',
  'cid_name',
  'cid_num',
  'cid_ani',
  'cid_rdnis',
  'cid_dnid',
  'exten',
  'context',
  'channame',
  'appname',
  'appdata',
  'amaflags',
  'accountcode',
  'uniqueid',
  'linkedid',
  'peer',
  'userfield',
  'userdeftype',
  'eventextra',
] as const;

/** Rows of CEL as cel_custom writes them, a line a row; a first line may name the columns. */
export const celCsv: TextForm = {
  contentTypes: ['text/csv'],
  head: (body) => {
    const names = headingOf(body);
    return names === null ? '' : `${names.line}\n`;
  },
  split: (body) => {
    const heading = headingOf(body);
    const columns = heading?.columns ?? sampleColumns;
    return linesOf(body)
      .filter(({ start }) => start !== heading?.start)
      .map(({ line, ...place }) => ({ ...place, ...readRow(line, columns) }));
  },
};

type Line = { readonly line: string; readonly start: number; readonly end: number };

/** One character a byte, so that places in the text are places in the body. */
const linesOf = (body: Buffer): Line[] =>
  [...body.toString('latin1').matchAll(/[^\r\n]+/g)]
    .filter(([line]) => line.trim() !== '')
    .map((found) => ({ line: found[0], start: found.index, end: found.index + found[0].length }));

const headingOf = (body: Buffer): (Line & { readonly columns: readonly string[] }) | null => {
  const [first] = linesOf(body);
  const columns = first === undefined ? null : fieldsOf(first.line)?.map((name) => name.trim().toLowerCase());
  return first !== undefined && columns?.includes('eventtype') === true ? { ...first, columns } : null;
};

/** The fields of a line, null where its quotes do not close. */
const fieldsOf = (line: string): string[] | null => {
  try {
    const text = Buffer.from(line, 'latin1').toString('utf8');
    return parse(text, { bom: true, relax_column_count: true })[0] ?? null;
  } catch {
    return null;
  }
};

const readRow = (
  line: string,
  columns: readonly string[],
): { value: Readonly<Record<string, string>> } | { rejection: Rejection } => {
  const fields = fieldsOf(line);
  if (fields === null)
    return reject('MALFORMED_LINE', '', 'the quotes of the line do not close: write fields by CSV_QUOTE(…)');
  if (fields.length > columns.length || fields.length < 2)
    return reject(
      'MALFORMED_LINE',
      '',
      `the line has ${fields.length} fields, and ${columns.length} columns are known: send a first line with their names`,
    );
  return { value: Object.fromEntries(fields.map((field, at) => [columns[at] as string, field])) };
};
