import { table } from '../../../runtime/text-table.ts';
import type { CallChange, FieldChange } from './compare.ts';

type Example = { readonly call_id: string; readonly before: unknown; readonly after: unknown };
type FieldSummary = { calls: number; readonly examples: Example[] };

/** What a comparison of a range came to; plain data, so that it can be kept in a file. */
export type Summary = {
  /** Calls compared. */
  calls: number;
  /** Of these the assembler makes others of the same events. */
  changed: number;
  /** Rows that were made of fewer events than there are, and calls without a row. */
  behind: number;
  missing: number;
  /** Rows that hold, because they were made of more events than could be read. */
  newer: number;
  /** Changed rows that would not hold, because their version stays the same. */
  unwritable: number;
  readonly failures: string[];
  readonly fields: Record<string, FieldSummary>;
};

export const newSummary = (): Summary => ({
  calls: 0,
  changed: 0,
  behind: 0,
  missing: 0,
  newer: 0,
  unwritable: 0,
  failures: [],
  fields: {},
});

const examplesPerField = 3;

/** Counts one call's change. */
export const addChange = (summary: Summary, change: CallChange): void => {
  switch (change.reason) {
    case 'assembler':
      summary.changed += 1;
      if (!change.writable) summary.unwritable += 1;
      for (const field of change.changes) addField(summary, change, field);
      return;
    case 'events':
      summary.behind += 1;
      return;
    case 'missing':
      summary.missing += 1;
      return;
  }
};

const addField = ({ fields }: Summary, { call_id }: CallChange, { field, before, after }: FieldChange): void => {
  const known = (fields[field] ??= { calls: 0, examples: [] });
  known.calls += 1;
  if (known.examples.length < examplesPerField) known.examples.push({ call_id, before, after });
};

/** The rows there would be to write. */
export const toWrite = ({ changed, behind, missing }: Summary): number => changed + behind + missing;

const widestValue = 48;

/** The summary for people: a line a field, and what else is to be known. */
export const summaryText = (summary: Summary): string => {
  const { calls, changed, behind, missing, newer } = summary;
  const lines = [`${calls} calls compared, ${changed} are assembled otherwise`];
  if (behind > 0) lines.push(`${behind} rows lack events that are stored: their processor may be about to write them`);
  if (missing > 0) lines.push(`${missing} calls have events and no row`);
  if (newer > 0) lines.push(`${newer} rows were made of more events than could be read, and stay`);
  if (summary.failures.length > 0) lines.push(`calls that cannot be assembled:`, ...summary.failures);
  if (changed > 0) lines.push('', fieldTable(summary));
  return lines.join('\n');
};

const fieldTable = ({ fields }: Summary): string =>
  table(
    ['field', 'calls', 'for example', 'before', 'after'],
    Object.entries(fields)
      .sort(([, one], [, other]) => other.calls - one.calls)
      .flatMap(([field, { calls, examples }]) =>
        examples.map(({ call_id, before, after }, index) => [
          index === 0 ? field : '',
          index === 0 ? String(calls) : '',
          call_id,
          short(before),
          short(after),
        ]),
      ),
  );

const short = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= widestValue ? text : `${text.slice(0, widestValue - 1)}…`;
};
