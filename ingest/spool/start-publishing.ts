import { createPublisher, type KafkaConnection, KafkaUnavailable, type Publisher } from '../../runtime/kafka.ts';
import type { Owner } from '../../runtime/lifecycle.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createDurablePublish, type DurablePublish } from './durable-publish.ts';
import { openSpool, type Spool } from './spool.ts';
import { SpoolDamaged, SpoolFull } from './spool-errors.ts';

export type PublishingParts = {
  readonly kafka: KafkaConnection;
  readonly logger: Logger;
  readonly spoolDir: string;
  readonly spoolMaxBytes: number;
  /** How long Kafka may take before the spool takes over. */
  readonly publishTimeoutMs: number;
  readonly onSpoolChange: (bytes: number) => void;
};

export type Publishing = {
  readonly publisher: Publisher;
  readonly spool: Spool;
  readonly durable: DurablePublish;
};

/** Starts publishing to Kafka, and to a spool on disk while Kafka is away. */
export const startPublishing = async (parts: PublishingParts, own: Owner): Promise<Publishing> => {
  const { kafka, logger, spoolDir, spoolMaxBytes, publishTimeoutMs, onSpoolChange } = parts;
  const publisher = await createPublisher(kafka, { timeoutMs: publishTimeoutMs });
  own.stop('publisher', async () => publisher.stop());
  const spool = await openSpool({ folder: spoolDir, maxBytes: spoolMaxBytes });
  own.stop('spool', async () => spool.close());
  onSpoolChange(spool.bytes());
  const durable = createDurablePublish({
    kafka: async (messages) => publisher.publish(messages),
    spool,
    isAway: (error) => error instanceof KafkaUnavailable,
    logger,
    onSpoolChange,
  });
  own.stop('draining', async () => durable.stop());
  return { publisher, spool, durable };
};

/** Whether what could not be published may be tried again: nothing is wrong with it. */
export const isPassing = (error: unknown): boolean =>
  error instanceof KafkaUnavailable || error instanceof SpoolFull || error instanceof SpoolDamaged;
