import { createClickHouse } from '../../runtime/clickhouse.ts';
import { setting } from '../../runtime/config.ts';
import { runConsumerService } from '../../runtime/consumer-service.ts';
import { createGroupCommit } from '../../runtime/group-commit.ts';
import { createPublisher, type RecordBatch } from '../../runtime/kafka.ts';
import { clickhouseSettings, kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { topics } from '../../schemas/topics.ts';
import { deadLetterSink } from '../calls/dead-letter-sink.ts';
import { agentStore } from './clickhouse-agent-store.ts';
import { runCycle } from './cycle.ts';

export const settings = {
  ...processSettings,
  ...kafkaSettings,
  ...clickhouseSettings,
  agentsGroup: setting.string({
    env: 'TRUNKLINE_AGENTS_GROUP',
    doc: 'Consumer group of the agents processor',
    default: 'trunkline-agents',
  }),
};

/** So many partitions' batches are taken together at most. */
const maxBatchesPerCycle = 64;
/** As in calls: without it every single event would be a cycle of its own when it is quiet. */
const gatherBytes = 64 * 1024;
const gatherMs = 250;

/** Folds what is told of agents into their logins, pauses, contacts and wrap-ups, until SIGTERM. */
export const runAgentsProcessor = async (): Promise<void> =>
  runConsumerService('agents', settings, async ({ own, config, logger, metrics, kafka }) => {
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());
    const stores = { agents: agentStore(clickhouse), deadLetters: deadLetterSink(publisher) };
    const counter = (name: string, help: string) => metrics.counter({ name, help });
    const events = counter('agents_events_total', 'Events about agents taken from the log');
    const days = counter('agents_days_total', 'Rows written to the table agent_spans');
    const cycles = createGroupCommit<RecordBatch>(
      async (batches) => {
        const report = await runCycle(batches, stores);
        events.inc(report.events);
        days.inc(report.days);
      },
      { maxItems: maxBatchesPerCycle },
    );
    return {
      groupId: config.agentsGroup,
      topics: [topics.agentEvents, topics.callEvents, topics.switchEvents],
      partitionsConsumedConcurrently: 8,
      minBytes: gatherBytes,
      maxWaitTimeMs: gatherMs,
      handle: async (batch) => cycles.submit(batch),
    };
  });
