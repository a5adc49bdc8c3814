import type { ClickHouseAddress, KafkaAddress, S3Address } from './engines.ts';

type Addresses = { readonly kafka: KafkaAddress; readonly clickhouse: ClickHouseAddress; readonly s3: S3Address };

/** The settings that lead a service to the engines of a test, with a database and a bucket of the test's own. */
export const engineEnvironment = ({ kafka, clickhouse, s3 }: Addresses, name: string) => ({
  TRUNKLINE_KAFKA_BROKERS: kafka.brokers.join(','),
  TRUNKLINE_CLICKHOUSE_URL: clickhouse.url,
  TRUNKLINE_CLICKHOUSE_USER: clickhouse.user,
  TRUNKLINE_CLICKHOUSE_PASSWORD: clickhouse.password,
  TRUNKLINE_CLICKHOUSE_DATABASE: name,
  TRUNKLINE_S3_ENDPOINT: s3.endpoint,
  TRUNKLINE_S3_REGION: s3.region,
  TRUNKLINE_S3_BUCKET: name.replace('_', '-'),
  TRUNKLINE_S3_ACCESS_KEY_ID: s3.accessKeyId,
  TRUNKLINE_S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
});
