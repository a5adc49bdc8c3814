import type { RunFile } from './run-file.ts';

export type Environment = Readonly<Record<string, string>>;

/**
 * The settings that lead a Trunkline process to the engines of an installation. Those that only a remote engine needs
 * are emptied, which counts as unset: a shell prepared for production must not leak into a local run.
 */
export const connectionEnvironment = ({
  kafka,
  clickhouse,
  s3,
}: Pick<RunFile, 'kafka' | 'clickhouse' | 's3'>): Environment => ({
  TRUNKLINE_KAFKA_BROKERS: kafka,
  TRUNKLINE_KAFKA_TLS: '',
  TRUNKLINE_KAFKA_TLS_CA_FILE: '',
  TRUNKLINE_KAFKA_SASL_MECHANISM: '',
  TRUNKLINE_KAFKA_SASL_USERNAME: '',
  TRUNKLINE_KAFKA_SASL_PASSWORD: '',
  TRUNKLINE_KAFKA_REPLICATION: '',
  TRUNKLINE_CLICKHOUSE_URL: clickhouse.url,
  TRUNKLINE_CLICKHOUSE_USER: clickhouse.username,
  TRUNKLINE_CLICKHOUSE_PASSWORD: clickhouse.password,
  TRUNKLINE_CLICKHOUSE_DATABASE: clickhouse.database,
  TRUNKLINE_CLICKHOUSE_TLS_CA_FILE: '',
  TRUNKLINE_S3_ENDPOINT: s3.endpoint,
  TRUNKLINE_S3_TLS_CA_FILE: '',
  TRUNKLINE_S3_BUCKET: s3.bucket,
  TRUNKLINE_S3_REGION: s3.region,
  TRUNKLINE_S3_ACCESS_KEY_ID: s3.access_key_id,
  TRUNKLINE_S3_SECRET_ACCESS_KEY: s3.secret_access_key,
  TRUNKLINE_S3_SESSION_TOKEN: '',
  TRUNKLINE_S3_FORCE_PATH_STYLE: '',
});
