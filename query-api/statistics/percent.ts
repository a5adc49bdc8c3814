/** Per cent, rounded half up to two decimals; of nothing there is none. */
export const percent = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part * 10_000) / whole) / 100;
