/** Local time of a zone, as its clocks show it. */
export type LocalTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

export type TimeZone = {
  readonly name: string;
  /** Seconds that the zone's clocks are ahead of UTC at an instant (ms). */
  readonly offsetAt: (ms: number) => number;
};

/** Names are kept, because making a formatter is dear; more than these are not in use. */
const known = new Map<string, TimeZone>();
const maxKnown = 600;

/** The zone of an IANA name; null where there is none of that name. Zones with offsets for names are none. */
export const timeZone = (name: string): TimeZone | null => {
  const cached = known.get(name);
  if (cached !== undefined) return cached;
  if (!/^[A-Za-z]/.test(name)) return null;
  const formatter = formatterOf(name);
  if (formatter === null) return null;
  const zone: TimeZone = { name, offsetAt: (ms) => offsetOf(formatter, ms) };
  if (known.size < maxKnown) known.set(name, zone);
  return zone;
};

const formatterOf = (timeZoneName: string): Intl.DateTimeFormat | null => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: timeZoneName,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    // RangeError: no such zone.
    return null;
  }
};

const offsetOf = (formatter: Intl.DateTimeFormat, ms: number): number => {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatter.formatToParts(ms)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return (Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000) / 1000;
};

/** What the zone's clocks show at an instant. */
export const localTime = (zone: TimeZone, ms: number): LocalTime => {
  const shown = new Date(ms + zone.offsetAt(ms) * 1000);
  return {
    year: shown.getUTCFullYear(),
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    minute: shown.getUTCMinutes(),
    second: shown.getUTCSeconds(),
  };
};

const dayMs = 86_400_000;

/**
 * The first instant (ms) at which the zone's clocks show that local time or, where they leave it out, a later one: 02:30
 * of a night in which 02:00 becomes 03:00 is the instant of 03:00; of a time that comes twice it is the first.
 */
export const instantOf = (zone: TimeZone, { year, month, day, hour, minute, second }: LocalTime): number => {
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  // Clocks are changed once within two days at most, so one of these offsets holds before the change and one after.
  const offsets = [zone.offsetAt(shown - dayMs), zone.offsetAt(shown + dayMs)] as const;
  const candidates = offsets
    .map((offset) => shown - offset * 1000)
    .filter((ms) => ms + zone.offsetAt(ms) * 1000 === shown);
  if (candidates.length > 0) return Math.min(...candidates);
  return firstInstant(
    shown - offsets[0] * 1000 - dayMs,
    shown - offsets[0] * 1000 + dayMs,
    (ms) => ms + zone.offsetAt(ms) * 1000 >= shown,
  );
};

/** The first whole second from `low` to `high` for which it holds; it holds from there on. */
export const firstInstant = (low: number, high: number, holds: (ms: number) => boolean): number => {
  let [from, to] = [Math.floor(low / 1000), Math.ceil(high / 1000)];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (holds(middle * 1000)) to = middle;
    else from = middle + 1;
  }
  return from * 1000;
};
