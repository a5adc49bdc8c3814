import { createClickHouse } from '../../runtime/clickhouse.ts';
import type { ConfigOf } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createPublisher, type Publisher, watchGroup } from '../../runtime/kafka.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import { callEventKey, topics } from '../../schemas/topics.ts';
import { closingReader } from './clickhouse-closing-reader.ts';
import { createClosingLoop } from './closing-loop.ts';
import { keepSwitchEvents } from './keep-switch-events.ts';
import { createClosingMeters } from './meters.ts';
import { settings } from './settings.ts';
import type { Conclusion, SweepSettings } from './sweep.ts';
import { switchStore } from './switch-store.ts';

export { settings } from './settings.ts';

/** Keeps what switches tell about themselves, and ends calls whose end never came, until SIGTERM. */
export const runClosingProcessor = async (): Promise<void> =>
  runConsumerService('closing', settings, async ({ own, config, logger, metrics, kafka }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());
    const groups = [
      watchGroup(kafka, config.callsGroup, topics.callEvents),
      watchGroup(kafka, config.closingGroup, topics.switchEvents),
    ];
    own.stop('offsets', async () => {
      for (const group of groups) await group.stop();
    });

    const meters = createClosingMeters(metrics);
    const loop = createClosingLoop({
      ports: { reader: closingReader(clickhouse), publish: async (events) => tell(publisher, events) },
      settings: sweepSettings(config),
      intervalMs: config.closingSweepSeconds * 1000,
      groups,
      meters,
      logger,
    });
    own.stop('sweeps', async () => loop.stop());

    const store = switchStore(clickhouse);
    return {
      groupId: config.closingGroup,
      topics: [topics.switchEvents],
      // Of several instances the one that reads the switches' events sweeps; the others stand by.
      onAssigned: async (partitions) => {
        if (partitions.length > 0) loop.start();
      },
      onRevoked: () => void loop.stop(),
      handle: async (batch) => meters.onSwitchEvents(await keepSwitchEvents(batch, store, publisher)),
    };
  });

const tell = async (publisher: Publisher, events: readonly Conclusion[]): Promise<void> =>
  publisher.publish(
    events.map((event) => ({
      topic: topics.callEvents,
      key: callEventKey(event.tenant_id, event.call_key),
      value: encodeEvent(event),
    })),
  );

const usPerSecond = 1_000_000;

const sweepSettings = (config: ConfigOf<typeof settings>): SweepSettings => ({
  patienceUs: {
    withHeartbeats: config.closingSilenceSeconds * usPerSecond,
    without: config.closingSilenceWithoutHeartbeatSeconds * usPerSecond,
  },
  anchorGraceUs: config.closingAnchorGraceSeconds * usPerSecond,
});
