import { type Static, Type } from 'typebox';
import { type Detail, invalid } from '../../runtime/http/http-error.ts';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { instant } from '../http/value-schemas.ts';
import { type ParsedInstant, parseInstant } from '../listing/instants.ts';
import { type Interval, type IntervalKind, intervalsOf } from './intervals.ts';
import { instantOf, localTime, type TimeZone, timeZone } from './time-zone.ts';

const bound = (description: string) =>
  Type.Optional(
    Type.String({ minLength: 1, maxLength: 40, description, examples: ['2026-01-20', '2026-01-20T09:00'] }),
  );

/** Which stretch of time, and how it is divided. */
export const intervalParameters = {
  from: bound(
    'Beginning, included: ISO-8601, a date (its midnight) or epoch seconds. Without an offset it is local time of `tz`; one that the clocks leave out is the instant at which they go on, of one that comes twice the first. Today’s midnight if left out.',
  ),
  to: bound('End, itself not included, in the same forms. Now if left out.'),
  interval: Type.Optional(Type.Enum(['hour', 'day', 'week'], { description: 'Of local time; `hour` if left out.' })),
  tz: Type.Optional(
    Type.String({ maxLength: 64, description: 'IANA time zone; UTC if left out.', examples: ['Europe/Berlin'] }),
  ),
};

export type IntervalParameters = {
  readonly [Name in keyof typeof intervalParameters]?: Static<(typeof intervalParameters)[Name]> | undefined;
};

export type IntervalRequest = {
  readonly zone: TimeZone;
  readonly kind: IntervalKind;
  /** µs, half-open. */
  readonly from: number;
  readonly to: number;
  readonly intervals: readonly Interval[];
};

/** More rows than a screen or a sheet wants: a year of days, a month of hours. */
const mostIntervals = 800;
const mostDays = 400;
const dayUs = 86_400_000_000;

/** What the parameters ask for at an instant (µs). Throws a 422 that names what is wrong. */
export const readIntervals = (given: IntervalParameters, nowUs: number): IntervalRequest => {
  const zone = timeZone(given.tz ?? 'UTC');
  if (zone === null) throw invalid([{ field: 'tz', message: 'must be an IANA time zone such as Europe/Berlin' }]);
  const problems: Detail[] = [];
  const read = (field: 'from' | 'to', unset: number): number => {
    const text = given[field];
    const parsed = text === undefined ? { us: unset } : parseLocal(text, zone);
    if ('us' in parsed) return parsed.us;
    problems.push({ field, message: parsed.problem });
    return unset;
  };
  const [from, to] = [read('from', midnightBefore(zone, nowUs)), read('to', nowUs)];
  if (to <= from) problems.push({ field: 'to', message: 'must be later than from' });
  else if (to - from > mostDays * dayUs)
    problems.push({ field: 'to', message: `must be within ${mostDays} days of from` });
  if (problems.length > 0) throw invalid(problems);
  const kind = given.interval ?? 'hour';
  const intervals = intervalsOf(zone, kind, from, to, mostIntervals);
  if (intervals.length > mostIntervals) {
    throw invalid([{ field: 'interval', message: `makes more than ${mostIntervals} rows: ask for longer intervals` }]);
  }
  return { zone, kind, from, to, intervals };
};

const local = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2}))?)?$/;

const parseLocal = (text: string, zone: TimeZone): ParsedInstant => {
  const parts = local.exec(text);
  if (parts === null) return parseInstant(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  // The same date and time as UTC: whether they exist at all is the same everywhere.
  const checked = parseInstant(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  if ('problem' in checked) return checked;
  return { us: instantOf(zone, { year, month, day, hour, minute, second }) * 1000 };
};

const midnightBefore = (zone: TimeZone, nowUs: number): number =>
  instantOf(zone, { ...localTime(zone, nowUs / 1000), hour: 0, minute: 0, second: 0 }) * 1000;

/** What an answer says of the time it is about. */
export const periodFields = {
  period: Type.Object({ from: Type.String(), to: Type.String() }, { description: 'As asked for.' }),
  starts_at: instant(),
  ends_at: instant(),
  tz: Type.String(),
  interval: Type.Enum(['hour', 'day', 'week']),
  as_of: instant('When the figures were read.'),
};

export const periodBody = (given: IntervalParameters, asked: IntervalRequest, asOf: number) => ({
  period: { from: given.from ?? isoFromMicros(asked.from), to: given.to ?? isoFromMicros(asked.to) },
  starts_at: isoFromMicros(asked.from),
  ends_at: isoFromMicros(asked.to),
  tz: asked.zone.name,
  interval: asked.kind,
  as_of: isoFromMicros(asOf),
});
