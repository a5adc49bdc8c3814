import { type ClusterAccess, openCluster } from './kafka-cluster.ts';
import type { KafkaConnection } from './kafka-connection.ts';

/** A way to the brokers that knows whether it works. */
export type ProducerLink = {
  readonly access: ClusterAccess;
  readonly isUp: () => boolean;
  readonly lastError: () => unknown;
  /** Counts the link as down until the brokers answer again. */
  readonly markDown: (error: unknown) => void;
  readonly close: () => Promise<void>;
};

const probeIntervalMs = 500;

/** Connects; when that fails the link begins down and goes on trying. */
export async function createProducerLink(kafka: KafkaConnection, requestTimeoutMs: number): Promise<ProducerLink> {
  const access = openCluster(kafka, { retries: 0, initialRetryMs: 100, maxRetryMs: 500, requestTimeoutMs });
  let down: unknown;
  let probe: NodeJS.Timeout | undefined;
  let closed = false;

  function markDown(error: unknown): void {
    if (closed) return;
    if (down === undefined) kafka.logger.warn({ err: error }, 'Kafka is unavailable');
    down = error;
    clearTimeout(probe);
    probe = setTimeout(() => void check(), probeIntervalMs).unref();
  }

  async function check(): Promise<void> {
    try {
      await access.prepare([]);
      await access.cluster.refreshMetadata();
      if (down !== undefined) kafka.logger.info('Kafka is available again');
      down = undefined;
    } catch (error) {
      markDown(error);
    }
  }

  await check();
  return {
    access,
    isUp: () => down === undefined,
    lastError: () => down,
    markDown,
    close: async () => {
      closed = true;
      down = new Error('the publisher was stopped');
      clearTimeout(probe);
      await access.close();
    },
  };
}
