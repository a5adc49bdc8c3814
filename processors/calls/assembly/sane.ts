import { isPlausibleInstant } from '../../../schemas/instants.ts';

// Switches send odd numbers; a row takes only what its column can hold.

export const instantOrNull = (us: number | null): number | null => (us !== null && isPlausibleInstant(us) ? us : null);

/** The number where an unsigned column of that many bits holds it. */
export const unsignedOrNull = (value: number | null, bits: 8 | 16 | 53): number | null =>
  value !== null && Number.isInteger(value) && value >= 0 && value < 2 ** bits ? value : null;
