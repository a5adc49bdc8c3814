import type { GroupProgress, Offsets } from '../../runtime/kafka.ts';
import { pause } from '../../runtime/retry.ts';

/** How often the other group's offsets are asked for while somebody waits. */
const pollMs = 200;

/**
 * Lets batches through as soon as another group has committed them; all that wait share one question. Throws when the
 * brokers do not answer.
 */
export const createPassage = (
  group: Pick<GroupProgress, 'committed'>,
): ((partition: number, offset: bigint, signal: AbortSignal) => Promise<void>) => {
  let asking: Promise<Offsets> | null = null;
  const ask = async (): Promise<Offsets> => {
    asking ??= group.committed().finally(() => {
      asking = null;
    });
    return asking;
  };
  return async (partition, offset, signal) => {
    while (((await ask()).get(partition) ?? 0n) < offset) await pause(pollMs, signal);
  };
};
