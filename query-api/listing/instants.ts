import { microsFromIso } from '../../schemas/event-json.ts';

const date = /^\d{4}-\d{2}-\d{2}$/;
const withTime = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(.*)$/;
const epochSeconds = /^(\d{1,10})(?:\.(\d{1,6}))?$/;

const latestUs = Date.UTC(2200, 0) * 1000;

/** µs since the epoch, or what is wrong with the text. */
export type ParsedInstant = { readonly us: number } | { readonly problem: string };

/**
 * Reads ISO-8601 with an offset (`Z`, `+02:00`, `+0200`, `+02`), a date alone (midnight UTC) or epoch seconds. A time
 * without an offset is refused, for it can mean any of two dozen instants. A `+` that was not encoded in the URL
 * arrives as a blank and is taken for what it was.
 */
export const parseInstant = (text: string): ParsedInstant => {
  const us = toMicros(text);
  if (typeof us === 'string') return { problem: us };
  return us >= 0 && us < latestUs ? { us } : { problem: 'must be between the years 1970 and 2200' };
};

const toMicros = (text: string): number | string => {
  const [, seconds, fraction = ''] = epochSeconds.exec(text) ?? [];
  if (seconds !== undefined) return Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, '0'));
  if (date.test(text)) return orProblem(microsFromIso(`${text}T00:00:00Z`));
  const [, day, minutes, rest = ':00', zone] = withTime.exec(text) ?? [];
  if (day === undefined) return 'must be an ISO-8601 instant such as 2026-01-20T10:00:00Z';
  if (zone === '') return 'needs a UTC offset at its end, such as Z or +02:00';
  return orProblem(microsFromIso(`${day}T${minutes}${rest}${zone?.replace(/^ (?=\d)/, '+')}`));
};

const orProblem = (us: number): number | string => (Number.isNaN(us) ? 'is no date and time that exists' : us);
