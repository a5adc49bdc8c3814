import { createClickHouse } from '../../runtime/clickhouse.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createPublisher } from '../../runtime/kafka.ts';
import { deadLetterMessage } from '../../schemas/dead-letters.ts';
import { topics } from '../../schemas/topics.ts';
import { settings } from './settings.ts';
import { takeSwitchEvents } from './switch-intake.ts';
import { switchStore } from './switch-store.ts';

export { settings } from './settings.ts';

/** Keeps what switches tell about themselves, and ends calls whose end never came, until SIGTERM. */
export const runClosingProcessor = async (): Promise<void> =>
  runConsumerService('closing', settings, async ({ own, config, logger, metrics, kafka }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());
    const store = switchStore(clickhouse);
    const kept = metrics.counter({
      name: 'closing_switch_events_total',
      help: 'Events of switches kept',
      labels: ['type'],
    });

    return {
      groupId: config.closingGroup,
      topics: [topics.switchEvents],
      handle: async (batch) => {
        const { rows, signs, refused } = takeSwitchEvents(batch);
        await store.insertEvents(rows);
        await store.insertSigns(signs);
        await publisher.publish(refused.map(deadLetterMessage));
        for (const { type } of rows) kept.inc({ type });
      },
    };
  });
