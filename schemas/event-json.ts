import type { Event } from './events.ts';

// The canonical JSON form of an event: as the event, but instants are ISO-8601 in UTC with all six digits of µs.
// A field is an instant exactly where its name ends in `_at`; a test holds the Avro schema to that.

type IsoTimes<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]: K extends `${string}_at` ? (T[K] extends number ? string : string | null) : IsoTimes<T[K]> }
    : T;

/** An event as JSON shows it; narrowed by `type` as the event is. */
export type EventJson = IsoTimes<Event>;

/** For people and programs outside; the order of fields is for the eye. */
export const eventToJson = (event: Event): EventJson => {
  const { event_id, type, occurred_at, call_key, call_started_at, payload, observed_at, ...rest } = event;
  const json = {
    event_id,
    type,
    occurred_at: isoFromMicros(occurred_at),
    call_key,
    call_started_at: call_started_at === null ? null : isoFromMicros(call_started_at),
    ...rest,
    observed_at: isoFromMicros(observed_at),
    payload: mapInstants(payload, (value) => (typeof value === 'number' ? isoFromMicros(value) : value)),
  };
  return json as EventJson;
};

/** The event a JSON form was made of. Instants that are none become NaN: check input before. */
export const eventFromJson = (json: EventJson): Event => {
  const { call_started_at } = json;
  const event = {
    ...json,
    observed_at: microsFromIso(json.observed_at),
    occurred_at: microsFromIso(json.occurred_at),
    call_started_at: call_started_at === null ? null : microsFromIso(call_started_at),
    payload: mapInstants(json.payload, (value) => (typeof value === 'string' ? microsFromIso(value) : value)),
  };
  return event as Event;
};

const mapInstants = (value: object, instant: (value: unknown) => unknown): object =>
  Object.fromEntries(
    Object.entries(value).map(([name, field]: [string, unknown]) => {
      if (name.endsWith('_at')) return [name, instant(field)];
      const nested = typeof field === 'object' && field !== null && !Array.isArray(field);
      return [name, nested ? mapInstants(field, instant) : field];
    }),
  );

/** `2026-01-31T09:00:00.123456Z` of µs since the epoch. */
export const isoFromMicros = (us: number): string => {
  const ms = Math.floor(us / 1000);
  const micros = us - ms * 1000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
};

const dash = 0x2d;
const colon = 0x3a;

/**
 * µs since the epoch of an ISO-8601 date and time with an offset (`Z`, `+02:00`, `+0200`, `-04`); digits beyond µs are
 * cut, a blank may stand for the T. NaN where the text is no such instant.
 */
export const microsFromIso = (text: string): number => {
  const separator = text.charCodeAt(10) | 0x20;
  const shaped =
    text.charCodeAt(4) === dash && text.charCodeAt(7) === dash && (separator === 0x74 || separator === 0x20);
  if (!shaped || text.charCodeAt(13) !== colon || text.charCodeAt(16) !== colon) return Number.NaN;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  const inDay = hour <= 23 && minute <= 59 && second <= 59;
  if (!inDay || !(month >= 1 && month <= 12) || !(day >= 1 && day <= daysIn(year, month))) return Number.NaN;
  const { us, end } = fraction(text, 19);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return (ms - offsetMinutes(text, end) * 60_000) * 1000 + us;
};

const daysIn = (year: number, month: number): number => {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
};

/** The number these characters write; NaN where one is no digit or is not there. */
const digits = (text: string, start: number, end: number): number => {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
};

const fraction = (text: string, start: number): { us: number; end: number } => {
  const point = text.charCodeAt(start);
  if (point !== 0x2e && point !== 0x2c) return { us: 0, end: start };
  let us = 0;
  let unit = 100_000;
  let at = start + 1;
  for (let digit = text.charCodeAt(at) - 0x30; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 0x30) {
    us += digit * unit;
    unit = Math.floor(unit / 10);
  }
  return at === start + 1 ? { us: Number.NaN, end: at } : { us, end: at };
};

const offsetMinutes = (text: string, start: number): number => {
  const sign = text.charCodeAt(start);
  if ((sign | 0x20) === 0x7a) return text.length === start + 1 ? 0 : Number.NaN;
  if (sign !== 0x2b && sign !== dash) return Number.NaN;
  const hours = digits(text, start + 1, start + 3);
  const minutesAt = text.charCodeAt(start + 3) === colon ? start + 4 : start + 3;
  const bare = text.length === start + 3;
  const minutes = bare ? 0 : digits(text, minutesAt, minutesAt + 2);
  const wellFormed = (bare || text.length === minutesAt + 2) && hours <= 23 && minutes <= 59;
  return wellFormed ? (sign === dash ? -1 : 1) * (hours * 60 + minutes) : Number.NaN;
};
