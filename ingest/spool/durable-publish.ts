import type { Message, Publish } from '../publishing.ts';
import { type DrainParts, drainSpool } from './draining.ts';

export type DurablePublish = {
  publish: Publish;
  /** True from the first message that Kafka did not take until the last of the spool is in Kafka. */
  isSpooling: () => boolean;
  /** Stops draining; what is in the spool stays there for the next start. */
  stop: () => Promise<void>;
};

/**
 * Publishes to Kafka, and to the spool while Kafka is away; then everything goes through the spool until it is drained,
 * so that order is kept. What was drained just before a crash is published twice, which events bear by their ids.
 */
export const createDurablePublish = (parts: DrainParts): DurablePublish => {
  const { kafka, spool, isAway, logger, onSpoolChange } = parts;
  const stopping = new AbortController();
  let draining: Promise<void> | null = null;
  let appending = 0;

  /** Publishing goes straight to Kafka again, unless something is on its way into the spool. */
  const finish = (): boolean => {
    if (appending > 0) return false;
    draining = null;
    logger.info('the spool is drained');
    return true;
  };

  const startDraining = (): void => {
    if (draining !== null || stopping.signal.aborted) return;
    logger.warn({ spoolBytes: spool.bytes() }, 'publishing through the spool until Kafka has it all');
    draining = drainSpool(parts, finish, stopping.signal);
  };

  const append = async (messages: readonly Message[]): Promise<void> => {
    appending += 1;
    startDraining();
    try {
      await spool.append(messages);
    } finally {
      appending -= 1;
    }
    onSpoolChange(spool.bytes());
  };

  if (spool.bytes() > 0) startDraining();

  return {
    publish: async (messages) => {
      if (draining !== null) return append(messages);
      try {
        await kafka(messages);
      } catch (error) {
        if (!isAway(error)) throw error;
        await append(messages);
      }
    },
    isSpooling: () => draining !== null,
    stop: async () => {
      stopping.abort();
      await draining;
    },
  };
};
