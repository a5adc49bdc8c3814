import { randomUUID } from 'node:crypto';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createPublisher, ensureTopics, type KafkaConnection, runBatches } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { kafkaSettings } from '../../runtime/settings.ts';
import { secretHash } from '../../schemas/api-keys.ts';
import { encodeDirectoryEvent } from '../../schemas/directory.ts';
import { decodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { topicPlans, topics } from '../../schemas/topics.ts';

const logger = createLogger('test', 'silent');

export const connectKafka = (env: Readonly<Record<string, string>>): KafkaConnection =>
  createKafka(readConfig(kafkaSettings, env), logger);

/** Makes the topics, and a key of the tenant that may publish. */
export const prepareLog = async (kafka: KafkaConnection, tenant: string, secret: string): Promise<void> => {
  const specs = topicPlans.map(({ topic, partitions, config }) => ({
    topic,
    partitions: partitions ?? 3,
    replication: 1,
    config,
  }));
  await ensureTopics(kafka, specs);
  const change = {
    key_id: randomUUID(),
    name: 'test',
    secret_sha256: secretHash(secret),
    scopes: ['events:write', 'recordings:write'],
    switch_id: null,
  };
  const event = { proposal_id: randomUUID(), occurred_at: Date.now() * 1000, tenant_id: tenant, actor: 'test' };
  const publisher = await createPublisher(kafka);
  await publisher.publish([
    {
      topic: topics.directoryEvents,
      key: tenant,
      value: encodeDirectoryEvent({ ...event, type: 'key.created', change }),
    },
  ]);
  await publisher.stop();
};

/** What a topic holds, from its beginning, as it comes: the values, and those of them that are events. */
export type Followed = {
  readonly values: readonly Buffer[];
  readonly events: readonly Event[];
  readonly stop: () => Promise<void>;
};

export const followTopic = async (kafka: KafkaConnection, topic: string): Promise<Followed> => {
  const values: Buffer[] = [];
  const events: Event[] = [];
  const take = (value: Buffer): void => {
    values.push(value);
    const decoded = decodeEvent(value);
    if ('event' in decoded) events.push(decoded.event);
  };
  const runner = await runBatches({
    kafka,
    groupId: `ingest-test-${randomUUID()}`,
    topics: [topic],
    fromBeginning: true,
    handle: async (batch) => {
      for (const { value } of batch.messages) if (value !== null) take(value);
    },
    logger,
    metrics: createMetrics('test'),
    onFatal: (error) => {
      throw error;
    },
  });
  return { values, events, stop: async () => runner.stop() };
};
