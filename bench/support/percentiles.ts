/** Minimum, median, 99th percentile and maximum of some measurements, by the nearest-rank rule. */
export const percentiles = (values: readonly number[]): { min: number; p50: number; p99: number; max: number } => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { min: rank(0), p50: rank(0.5), p99: rank(0.99), max: rank(1) };
};
