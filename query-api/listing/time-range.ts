import { Type } from 'typebox';
import { type Detail, invalid } from '../../runtime/http/http-error.ts';
import { ApiError } from '../http/api-error.ts';
import { parseInstant } from './instants.ts';

const instant = (description: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 40,
      description,
      examples: ['2026-01-20T10:00:00Z', '2026-01-20T11:00:00+01:00'],
    }),
  );

/** Half-open range of time, under both names that clients use. */
export const timeRangeParameters = {
  from: instant('Earliest instant, included. ISO-8601 with an offset, a date (midnight UTC) or epoch seconds.'),
  to: instant('Instant that ends the range, itself not included.'),
  dateFrom: instant('Another name of `from`.'),
  dateTo: instant('Another name of `to`.'),
};

type Given = { readonly [Name in keyof typeof timeRangeParameters]?: string };

/** µs since the epoch; null = unbounded. */
export type TimeRange = { readonly from: number | null; readonly to: number | null };

export const readTimeRange = (given: Given): TimeRange => {
  const problems: Detail[] = [];
  const from = readBound('from', 'dateFrom', given, problems);
  const to = readBound('to', 'dateTo', given, problems);
  if (from !== null && to !== null && to <= from) problems.push({ field: 'to', message: 'must be later than from' });
  if (problems.length > 0) throw invalid(problems);
  return { from, to };
};

const readBound = (
  name: 'from' | 'to',
  alias: 'dateFrom' | 'dateTo',
  given: Given,
  problems: Detail[],
): number | null => {
  if (given[name] !== undefined && given[alias] !== undefined) {
    throw new ApiError(400, 'CONFLICTING_PARAMETERS', `${name} and ${alias} are the same parameter; send one.`);
  }
  const field = given[alias] === undefined ? name : alias;
  const text = given[field];
  if (text === undefined) return null;
  const parsed = parseInstant(text);
  if ('us' in parsed) return parsed.us;
  problems.push({ field, message: parsed.problem });
  return null;
};
