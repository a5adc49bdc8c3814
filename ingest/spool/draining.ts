import type { Logger } from '../../runtime/logger.ts';
import { jitteredDelayMs, pause } from '../../runtime/retry.ts';
import type { Publish } from '../publishing.ts';
import type { Spool } from './spool.ts';

export type DrainParts = {
  kafka: Publish;
  spool: Spool;
  /** Whether Kafka is away, as opposed to messages that it will never take. */
  isAway: (error: unknown) => boolean;
  logger: Logger;
  /** Told whenever the spool grew or shrank. */
  onSpoolChange: (bytes: number) => void;
};

const retryDelays = { baseDelayMs: 200, maxDelayMs: 2000 };

/**
 * Publishes what the spool holds, oldest first, until it is empty and `finish` agrees, or the signal aborts. Nothing is
 * awaited between the look into the spool and `finish`.
 */
export const drainSpool = async (parts: DrainParts, finish: () => boolean, signal: AbortSignal): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { drained } = await drainOldest(parts);
      failures = 0;
      if (drained && finish()) return;
      if (drained) await wait(5, signal);
    } catch (error) {
      if (parts.isAway(error)) parts.logger.debug({ err: error }, 'Kafka is still away');
      else parts.logger.error({ err: error }, 'the spool cannot be drained, trying again');
      failures += 1;
      await wait(jitteredDelayMs(failures, retryDelays), signal);
    }
  }
};

const drainOldest = async ({ kafka, spool, onSpoolChange }: DrainParts): Promise<{ drained: boolean }> => {
  const oldest = await spool.oldest();
  if (oldest === null) return { drained: true };
  await kafka(oldest.messages);
  await spool.release(oldest.mark);
  onSpoolChange(spool.bytes());
  return { drained: false };
};

/** Returns early when stopping begins. */
const wait = async (delayMs: number, signal: AbortSignal): Promise<void> => {
  try {
    await pause(delayMs, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
