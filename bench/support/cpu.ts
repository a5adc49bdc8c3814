/** What each process spent: unlike the rate it does not hang on what else the machine does. */
export const cpuPerEvent = (
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  events: number,
): string =>
  Object.entries(after)
    .map(([name, seconds]) => [name, ((seconds - (before[name] ?? 0)) * 1e6) / events] as const)
    .filter(([, micros]) => micros >= 0.5)
    .map(([name, micros]) => `${name} ${micros.toFixed(0)} µs`)
    .join(', ');
