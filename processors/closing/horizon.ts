import { type GroupProgress, hasPassed } from '../../runtime/kafka.ts';
import { pause } from '../../runtime/retry.ts';

const pollMs = 250;

/**
 * Waits until groups have handled everything that their topics hold now; then the tables know whatever was published
 * before this was asked. False where that takes longer than `patienceMs`.
 */
export const reachHorizon = async (
  groups: readonly Pick<GroupProgress, 'ends' | 'committed'>[],
  patienceMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const deadlineMs = performance.now() + patienceMs;
  const ends = await Promise.all(groups.map(async (group) => ({ group, ends: await group.ends() })));
  let behind = ends;
  for (;;) {
    const looked = await Promise.all(
      behind.map(async (one) => ({ one, passed: hasPassed(await one.group.committed(), one.ends) })),
    );
    behind = looked.filter(({ passed }) => !passed).map(({ one }) => one);
    if (behind.length === 0) return true;
    if (performance.now() + pollMs > deadlineMs) return false;
    await pause(pollMs, signal);
  }
};
