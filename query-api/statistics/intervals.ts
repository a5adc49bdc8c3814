import { firstInstant, instantOf, localTime, type TimeZone } from './time-zone.ts';

export type IntervalKind = 'hour' | 'day' | 'week';

/** A stretch of local time as instants (µs), half-open. */
export type Interval = { readonly startsAt: number; readonly endsAt: number };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The intervals of local time from the one that holds `from` to the one that holds the last instant before `to` (µs), at
 * most `limit` + 1 of them. An hour is a run of one hour of the clock with one offset: the night in which clocks are set
 * back has 01:00 twice, the one in which they are set ahead leaves one out. Days begin at midnight or, where that is
 * left out, with their first instant; weeks on Monday.
 */
export const intervalsOf = (
  zone: TimeZone,
  kind: IntervalKind,
  from: number,
  to: number,
  limit: number,
): Interval[] => {
  const [fromMs, toMs] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  const next = kind === 'hour' ? nextHour : nextDay(kind === 'day' ? 1 : 7);
  const intervals: Interval[] = [];
  let start = kind === 'hour' ? startOfHour(zone, fromMs) : startOfDays(zone, kind, fromMs);
  while (start < toMs && intervals.length <= limit) {
    const end = next(zone, start);
    intervals.push({ startsAt: start * 1000, endsAt: end * 1000 });
    start = end;
  }
  return intervals;
};

/** Milliseconds since the full hour of the zone's clocks. */
const intoHour = (zone: TimeZone, ms: number): number => {
  const shown = ms + zone.offsetAt(ms) * 1000;
  return ((shown % hourMs) + hourMs) % hourMs;
};

const startOfHour = (zone: TimeZone, ms: number): number => {
  const start = ms - intoHour(zone, ms);
  const offset = zone.offsetAt(ms);
  return zone.offsetAt(start) === offset ? start : firstInstant(start, ms, (at) => zone.offsetAt(at) === offset);
};

const nextHour = (zone: TimeZone, start: number): number => {
  const end = start + hourMs - intoHour(zone, start);
  const offset = zone.offsetAt(start);
  return zone.offsetAt(end - 1) === offset ? end : firstInstant(start, end, (at) => zone.offsetAt(at) !== offset);
};

const midnight = { hour: 0, minute: 0, second: 0 };

const startOfDays = (zone: TimeZone, kind: 'day' | 'week', ms: number): number => {
  const { year, month, day } = localTime(zone, ms);
  const date = Date.UTC(year, month - 1, day);
  // 0 is Sunday; ISO weeks begin on Monday.
  const since = kind === 'week' ? (new Date(date).getUTCDay() + 6) % 7 : 0;
  return startOfDate(zone, date - since * dayMs);
};

const nextDay =
  (days: number) =>
  (zone: TimeZone, start: number): number => {
    const { year, month, day } = localTime(zone, start);
    return startOfDate(zone, Date.UTC(year, month - 1, day + days));
  };

const startOfDate = (zone: TimeZone, date: number): number => {
  const shown = new Date(date);
  const [year, month, day] = [shown.getUTCFullYear(), shown.getUTCMonth() + 1, shown.getUTCDate()];
  return instantOf(zone, { year, month, day, ...midnight });
};
