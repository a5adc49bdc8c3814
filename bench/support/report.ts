/** One measured row: what, the figure with its unit, the bar it is held against (design bars), and how it was taken. */
export type Measurement = { what: string; figure: string; bar: string; how: string };

export const printReport = (rows: readonly Measurement[]): void => {
  process.stdout.write('\n| what | measured | bar | how |\n|---|---|---|---|\n');
  for (const row of rows) process.stdout.write(`| ${row.what} | ${row.figure} | ${row.bar} | ${row.how} |\n`);
};

export const progress = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

export const perSecond = (count: number, elapsedMs: number): string =>
  `${Math.round((count * 1000) / elapsedMs).toLocaleString('en')}/s`;
