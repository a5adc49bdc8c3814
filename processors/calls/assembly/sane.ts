// Switches send odd numbers; a row takes only what its column can hold.

const firstInstant = Date.UTC(2000, 0, 1) * 1000;
const lastInstant = Date.UTC(2200, 0, 1) * 1000;

/** Whether an instant (µs) can be one of a call: a switch without a clock tells 1970, a broken one the far future. */
export const isPlausibleInstant = (us: number): boolean => us >= firstInstant && us < lastInstant;

export const instantOrNull = (us: number | null): number | null => (us !== null && isPlausibleInstant(us) ? us : null);

/** The number where an unsigned column of that many bits holds it. */
export const unsignedOrNull = (value: number | null, bits: 8 | 16 | 53): number | null =>
  value !== null && Number.isInteger(value) && value >= 0 && value < 2 ** bits ? value : null;
