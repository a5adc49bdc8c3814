const firstDelayMs = 200;
const longestDelayMs = 10_000;
const stableMs = 60_000;

/** How long to wait before a child that died is started again: doubling, and from the start after a stable minute. */
export const restartDelayMs = (previousDelayMs: number | null, ranMs: number): number =>
  previousDelayMs === null || ranMs >= stableMs ? firstDelayMs : Math.min(longestDelayMs, previousDelayMs * 2);
