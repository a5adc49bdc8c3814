/**
 * Raised whenever `assembleCall` gives another row for the same events: rows of the newer code then hold against those
 * of the older, however many events either saw.
 */
export const assemblerEpoch = 3;

/** A row's version: rows of more events, or of newer code, are newer. */
export const versionOf = (distinctEvents: number): number => assemblerEpoch * 2 ** 32 + distinctEvents;

/** The epoch of the program that made a row of this version. */
export const epochOf = (version: number): number => Math.floor(version / 2 ** 32);

/** How many distinct events a row of this version was made of. */
export const eventsOf = (version: number): number => version % 2 ** 32;
