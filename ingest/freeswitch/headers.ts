/** An event of FreeSWITCH: header names and texts. Values of other types than text are read as missing. */
export type Headers = Readonly<Record<string, unknown>>;

/** A header's text, empty where there is none. */
export const textOf = (headers: Headers, name: string): string => {
  const value = headers[name];
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
};

/** An instant in µs; null where FreeSWITCH says never (0) or nothing, NaN where it is no whole number. */
export const instantOf = (headers: Headers, name: string): number | null => {
  const text = textOf(headers, name);
  if (text === '' || text === '0') return null;
  const us = Number(text);
  return Number.isSafeInteger(us) ? us : Number.NaN;
};

/** A count (sequence, seconds, code); null where there is none or it is no whole number ≥ 0. */
export const countOf = (headers: Headers, name: string): number | null => {
  const text = textOf(headers, name);
  if (text === '') return null;
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 0 ? count : null;
};
