import { readConfig } from '../../runtime/config.ts';
import { createKafka, ensureTopics } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createObjectStore } from '../../runtime/s3.ts';
import { clickhouseSettings, kafkaSettings, s3Settings } from '../../runtime/settings.ts';
import { topicPlans } from '../../schemas/topics.ts';
import { migrateTables } from './tables.ts';

export const settings = { ...kafkaSettings, ...clickhouseSettings, ...s3Settings };

type Env = Readonly<Record<string, string | undefined>>;

/** Creates or updates topics, tables and bucket. May run twice, and at the same time as another. */
export const migrate = async (env: Env, say: (line: string) => void): Promise<void> => {
  const config = readConfig(settings, env);
  const logger = createLogger('migrate', 'warn');
  const ensured = await ensureTopics(
    createKafka(config, logger),
    topicPlans.map(({ topic, partitions, config: topicConfig }) => ({
      topic,
      partitions: partitions ?? config.kafkaPartitions,
      replication: config.kafkaReplication,
      config: topicConfig,
    })),
  );
  say(`topics: ${summary(ensured.filter(({ created }) => created).map(({ topic }) => topic))}`);
  say(`tables: ${summary(await migrateTables(config, logger))}`);
  await createObjectStore(config, logger).ensureBucket();
  say(`bucket: ${config.s3Bucket} is there`);
};

const summary = (made: readonly string[]): string => (made.length === 0 ? 'up to date' : `made ${made.join(', ')}`);
