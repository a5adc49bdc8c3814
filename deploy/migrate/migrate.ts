import { type ConfigOf, readConfig } from '../../runtime/config.ts';
import { isRetryableClickHouseError } from '../../runtime/clickhouse.ts';
import { createKafka, ensureTopics, KafkaUnavailable } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createObjectStore, isRetryableS3Error } from '../../runtime/s3.ts';
import { clickhouseSettings, kafkaSettings, s3Settings } from '../../runtime/settings.ts';
import { topicPlans } from '../../schemas/topics.ts';
import { type Engine, reaching } from './reaching.ts';
import { migrateTables } from './tables.ts';

export const settings = { ...kafkaSettings, ...clickhouseSettings, ...s3Settings };

type Env = Readonly<Record<string, string | undefined>>;

/** Creates or updates topics, tables and bucket. May run twice, and at the same time as another. */
export const migrate = async (env: Env, say: (line: string) => void): Promise<void> => {
  const config = readConfig(settings, env);
  const logger = createLogger('migrate', 'error');
  const { kafka, clickhouse, objects } = enginesOf(config);
  const plans = topicPlans.map(({ topic, partitions, config: topicConfig }) => ({
    topic,
    partitions: partitions ?? config.kafkaPartitions,
    replication: config.kafkaReplication,
    config: topicConfig,
  }));
  const ensured = await reaching(kafka, async () => ensureTopics(createKafka(config, logger), plans));
  say(`topics: ${summary(ensured.filter(({ created }) => created).map(({ topic }) => topic))}`);
  say(`tables: ${summary(await reaching(clickhouse, async () => migrateTables(config, logger)))}`);
  await reaching(objects, async () => createObjectStore(config, logger).ensureBucket());
  say(`bucket: ${config.s3Bucket} is there`);
};

const enginesOf = (
  config: ConfigOf<typeof settings>,
): Readonly<Record<'kafka' | 'clickhouse' | 'objects', Engine>> => ({
  kafka: {
    name: 'Kafka',
    address: config.kafkaBrokers.join(', '),
    setting: 'TRUNKLINE_KAFKA_BROKERS',
    isAway: (error) => error instanceof KafkaUnavailable,
  },
  clickhouse: {
    name: 'ClickHouse',
    // Without a user and password that may stand in it.
    address: new URL(config.clickhouseUrl).origin,
    setting: 'TRUNKLINE_CLICKHOUSE_URL',
    isAway: isRetryableClickHouseError,
  },
  objects: {
    name: 'the object store',
    address: config.s3Endpoint === undefined ? `AWS S3 in ${config.s3Region}` : new URL(config.s3Endpoint).origin,
    setting: 'TRUNKLINE_S3_ENDPOINT',
    isAway: isRetryableS3Error,
  },
});

const summary = (made: readonly string[]): string => (made.length === 0 ? 'up to date' : `made ${made.join(', ')}`);
