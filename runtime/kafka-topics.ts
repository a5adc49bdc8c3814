import type { KafkaConnection } from './kafka-connection.ts';
import { KafkaUnavailable } from './kafka-errors.ts';
import { retry } from './retry.ts';

export type TopicSpec = {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** Topic settings of Kafka, such as `retention.ms`. */
  readonly config?: Readonly<Record<string, string>>;
};

export type EnsuredTopic = { readonly topic: string; readonly created: boolean };

/**
 * Creates the topics that are missing and leaves the others as they are: more partitions would move calls to other
 * partitions, so that stays an operator's act. Resolves when each partition of theirs has a leader. Throws
 * `KafkaUnavailable` when no broker answers.
 */
export async function ensureTopics(kafka: KafkaConnection, specs: readonly TopicSpec[]): Promise<EnsuredTopic[]> {
  const client = kafka.client({ retries: 5, initialRetryMs: 200, maxRetryMs: 3000, requestTimeoutMs: 30_000 });
  const admin = client.admin();
  try {
    await admin.connect();
  } catch (error) {
    throw new KafkaUnavailable('Kafka does not answer', { cause: error });
  }
  try {
    const existing = new Set(await admin.listTopics());
    const ensured: EnsuredTopic[] = [];
    for (const spec of specs) {
      const created = !existing.has(spec.topic) && (await createTopic(admin, spec));
      if (created) kafka.logger.info({ topic: spec.topic, partitions: spec.partitions }, 'created a topic');
      ensured.push({ topic: spec.topic, created });
    }
    await untilLed(
      admin,
      specs.map(({ topic }) => topic),
    );
    return ensured;
  } finally {
    await admin.disconnect();
  }
}

type Admin = ReturnType<ReturnType<KafkaConnection['client']>['admin']>;

async function createTopic(admin: Admin, spec: TopicSpec): Promise<boolean> {
  try {
    return await admin.createTopics({
      topics: [
        {
          topic: spec.topic,
          numPartitions: spec.partitions,
          replicationFactor: spec.replication,
          configEntries: Object.entries(spec.config ?? {}).map(([name, value]) => ({ name, value })),
        },
      ],
      // kafkajs takes a broker that has not yet heard of the new topic for a failure; `untilLed` waits for both.
      waitForLeaders: false,
    });
  } catch (error) {
    if (isAlreadyThere(error)) return false;
    throw error;
  }
}

/** The controller answers before the brokers know of a topic and of who leads its partitions. */
async function untilLed(admin: Admin, topics: readonly string[]): Promise<void> {
  await retry(async () => admin.fetchTopicMetadata({ topics: [...topics] }), {
    attempts: 40,
    baseDelayMs: 50,
    maxDelayMs: 1000,
    isRetryable: isNotYetKnown,
  });
}

function isNotYetKnown(error: unknown): boolean {
  return (
    error instanceof Error &&
    'type' in error &&
    (error.type === 'UNKNOWN_TOPIC_OR_PARTITION' || error.type === 'LEADER_NOT_AVAILABLE')
  );
}

/** Another process may create the topic between our look and our act. kafkajs exports no class of these errors. */
function isAlreadyThere(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errors' in error &&
    Array.isArray(error.errors) &&
    error.errors.every((each) => each instanceof Error && 'type' in each && each.type === 'TOPIC_ALREADY_EXISTS')
  );
}
