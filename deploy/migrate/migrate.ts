import { type ConfigOf, readConfig } from '../../runtime/config.ts';
import { isClickHouseLoginRefused, isRetryableClickHouseError } from '../../runtime/clickhouse.ts';
import { createKafka, ensureTopics, isKafkaLoginRefused, KafkaUnavailable } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import {
  createObjectStore,
  isBadS3Request,
  isRetryableS3Error,
  isS3LoginRefused,
  isWithoutKeys,
} from '../../runtime/s3.ts';
import { clickhouseSettings, kafkaSettings, s3Settings } from '../../runtime/settings.ts';
import { topicPlans } from '../../schemas/topics.ts';
import { type Engine, loginMessage, reaching, withCauses } from './reaching.ts';
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
  kafka: kafkaEngine(config),
  clickhouse: clickhouseEngine(config),
  objects: objectStore(config),
});

const kafkaEngine = ({ kafkaBrokers }: ConfigOf<typeof kafkaSettings>): Engine => {
  const known = { name: 'Kafka', address: kafkaBrokers.join(', '), setting: 'TRUNKLINE_KAFKA_BROKERS' };
  return {
    ...known,
    authoritySetting: 'TRUNKLINE_KAFKA_TLS_CA_FILE',
    isAway: (error) => error instanceof KafkaUnavailable,
    refusal: (error) =>
      withCauses(error).some(isKafkaLoginRefused)
        ? loginMessage(known, ['TRUNKLINE_KAFKA_SASL_USERNAME', 'TRUNKLINE_KAFKA_SASL_PASSWORD'])
        : null,
  };
};

const clickhouseEngine = ({ clickhouseUrl }: ConfigOf<typeof clickhouseSettings>): Engine => {
  // Without a user and password that may stand in it.
  const known = { name: 'ClickHouse', address: new URL(clickhouseUrl).origin, setting: 'TRUNKLINE_CLICKHOUSE_URL' };
  return {
    ...known,
    authoritySetting: 'TRUNKLINE_CLICKHOUSE_TLS_CA_FILE',
    isAway: isRetryableClickHouseError,
    refusal: (error) =>
      isClickHouseLoginRefused(error)
        ? loginMessage(known, ['TRUNKLINE_CLICKHOUSE_USER', 'TRUNKLINE_CLICKHOUSE_PASSWORD'])
        : null,
  };
};

const keySettings = ['TRUNKLINE_S3_ACCESS_KEY_ID', 'TRUNKLINE_S3_SECRET_ACCESS_KEY'] as const;

const objectStore = ({ s3Endpoint, s3Region }: ConfigOf<typeof s3Settings>): Engine => {
  const address = s3Endpoint === undefined ? `AWS S3 in ${s3Region}` : new URL(s3Endpoint).origin;
  const known = { name: 'the object store', address, setting: 'TRUNKLINE_S3_ENDPOINT' };
  return {
    ...known,
    authoritySetting: 'TRUNKLINE_S3_TLS_CA_FILE',
    isAway: isRetryableS3Error,
    refusal: (error) => {
      if (isWithoutKeys(error))
        return `there are no keys for the object store: set ${keySettings.join(' and ')}, or give this machine a role or an AWS profile`;
      if (isBadS3Request(error))
        return `the object store at ${address} calls the request wrong: check TRUNKLINE_S3_SESSION_TOKEN, TRUNKLINE_S3_REGION and TRUNKLINE_S3_BUCKET`;
      return isS3LoginRefused(error) ? loginMessage(known, keySettings) : null;
    },
  };
};

const summary = (made: readonly string[]): string => (made.length === 0 ? 'up to date' : `made ${made.join(', ')}`);
