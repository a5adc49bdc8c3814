import { setTimeout as delay } from 'node:timers/promises';

/** Longer than a step takes on a busy machine, shorter than a suite may. */
const usualPatienceMs = 120_000;

/** Waits for a condition. One that never comes true fails the test by name, instead of leaving it to hang. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  patienceMs = usualPatienceMs,
): Promise<void> => {
  const deadlineMs = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadlineMs)
      throw new Error(`this did not come true in ${patienceMs / 1000} s: ${String(condition)}`);
    await delay(25);
  }
};
