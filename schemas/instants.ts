const firstInstant = Date.UTC(2000, 0, 1) * 1000;
const lastInstant = Date.UTC(2200, 0, 1) * 1000;

/** Whether an instant (µs) can be one of a call: a switch without a clock tells 1970, a broken one the far future. */
export const isPlausibleInstant = (us: number): boolean => us >= firstInstant && us < lastInstant;
