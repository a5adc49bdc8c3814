import { createClickHouse } from '../../runtime/clickhouse.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createGroupCommit } from '../../runtime/group-commit.ts';
import { createPublisher, watchGroup } from '../../runtime/kafka.ts';
import { pause } from '../../runtime/retry.ts';
import { topics } from '../../schemas/topics.ts';
import type { CallRef } from '../calls/call-ref.ts';
import { notificationStores } from './clickhouse-stores.ts';
import { type Glance, look, type Looked } from './look.ts';
import { notifyBatch } from './notify-batch.ts';
import type { CallName } from './ports.ts';
import { findTogether, groupsOf } from './together.ts';
import { createPassage } from './passage.ts';
import { settings } from './settings.ts';

export { settings } from './settings.ts';

/** More than an installation has partitions: while one waits for the grace of its calls the others go on. */
const partitionsAtOnce = 64;

/** Tells subscribers what became of calls, until SIGTERM. */
export const runNotificationsProcessor = async (): Promise<void> =>
  runConsumerService('notifications', settings, async ({ own, config, logger, metrics, kafka }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());
    const group = watchGroup(kafka, config.callsGroup, topics.callEvents);
    own.stop('offsets', async () => group.stop());

    const stores = notificationStores(clickhouse, publisher);
    const published = metrics.counter({
      name: 'notifications_total',
      help: 'Notifications published',
      labels: ['type'],
    });
    const seconds = metrics.histogram({
      name: 'notifications_look_seconds',
      help: 'Time of a look at up to 1,000 calls',
    });
    const looks = createGroupCommit<Glance, Looked>(
      async (glances) => {
        const looked: Looked[] = [];
        for (const group of groupsOf(glances)) {
          const observe = seconds.startTimer();
          looked.push(...(await look(group, stores, ({ type }) => published.inc({ type }))));
          observe();
        }
        return looked;
      },
      { maxItems: partitionsAtOnce },
    );
    const finds = createGroupCommit<readonly CallRef[], readonly CallName[]>(
      async (asked) => findTogether(asked, stores),
      { maxItems: partitionsAtOnce },
    );
    const ports = {
      find: async (refs: readonly CallRef[]) => finds.submit(refs),
      look: async (glance: Glance) => looks.submit(glance),
      passed: createPassage(group),
      nowUs: () => Date.now() * 1000,
      wait: pause,
    };
    return {
      groupId: config.notificationsGroup,
      topics: [topics.callEvents],
      partitionsConsumedConcurrently: partitionsAtOnce,
      handle: async (batch, fence) => notifyBatch(batch, ports, fence.signal),
    };
  });
