import { createClickHouse } from '../../runtime/clickhouse.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createPublisher } from '../../runtime/kafka.ts';
import { topics } from '../../schemas/topics.ts';
import { createCallsLoop } from './calls-loop.ts';
import { clickhouseStores } from './clickhouse-call-store.ts';
import { deadLetterSink } from './dead-letter-sink.ts';
import { createCallsMeters } from './meters.ts';
import { settings } from './settings.ts';

export { settings } from './settings.ts';

/** Long enough for the corrections that follow a hang-up; those that come later find the call in its table. */
const endedForMs = 2000;

/**
 * Kafka answers a fetch when this much has come, or else after this time: without it every single event would be a
 * cycle of its own when it is quiet, and each cycle costs several inserts.
 */
const gatherBytes = 64 * 1024;
const gatherMs = 150;

/** Assembles events into call detail records, until SIGTERM. */
export const runCallsProcessor = async (): Promise<void> =>
  runConsumerService('calls', settings, async ({ own, config, logger, metrics, kafka }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());

    const meters = createCallsMeters(metrics);
    const loop = createCallsLoop({
      stores: { ...clickhouseStores(clickhouse), deadLetters: deadLetterSink(publisher) },
      limits: { maxEvents: config.callsCacheEvents, maxCalls: config.callsCacheCalls, endedForMs },
      nowMs: Date.now,
      onCycle: meters.onCycle,
    });
    meters.watch(loop);

    return {
      groupId: config.callsGroup,
      topics: [topics.callEvents],
      partitionsConsumedConcurrently: config.callsConcurrency,
      maxBytesPerPartition: config.callsBatchBytes,
      minBytes: gatherBytes,
      maxWaitTimeMs: gatherMs,
      // Calls that others may have worked on since must be read anew.
      onAssigned: async () => {
        loop.forget();
      },
      onRevoked: loop.forget,
      handle: loop.handle,
    };
  });
