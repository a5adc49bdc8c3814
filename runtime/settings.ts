import { type ConfigOf, setting } from './config.ts';

/** Where the log is and how to reach it. */
export const kafkaSettings = {
  kafkaBrokers: setting.list({
    env: 'TRUNKLINE_KAFKA_BROKERS',
    doc: 'Kafka bootstrap brokers, host:port',
    default: ['127.0.0.1:9092'],
  }),
  kafkaClientId: setting.string({
    env: 'TRUNKLINE_KAFKA_CLIENT_ID',
    doc: 'Name shown in broker logs and quotas',
    default: 'trunkline',
  }),
  kafkaTls: setting.boolean({ env: 'TRUNKLINE_KAFKA_TLS', doc: 'Speak TLS to the brokers', default: false }),
  kafkaTlsCaFile: setting.string({
    env: 'TRUNKLINE_KAFKA_TLS_CA_FILE',
    doc: 'PEM file with the authority that signed the brokers’ certificates',
    optional: true,
  }),
  kafkaSaslMechanism: setting.choice({
    env: 'TRUNKLINE_KAFKA_SASL_MECHANISM',
    doc: 'How to log in to the brokers',
    of: ['plain', 'scram-sha-256', 'scram-sha-512'],
    optional: true,
  }),
  kafkaSaslUsername: setting.string({ env: 'TRUNKLINE_KAFKA_SASL_USERNAME', doc: 'Kafka user', optional: true }),
  kafkaSaslPassword: setting.secret({ env: 'TRUNKLINE_KAFKA_SASL_PASSWORD', doc: 'Kafka password', optional: true }),
  kafkaReplication: setting.integer({
    env: 'TRUNKLINE_KAFKA_REPLICATION',
    doc: 'Replicas of each topic that `trunkline migrate` creates',
    default: 1,
    min: 1,
    max: 15,
  }),
  kafkaPartitions: setting.integer({
    env: 'TRUNKLINE_KAFKA_PARTITIONS',
    doc: 'Partitions of each event topic that `trunkline migrate` creates',
    default: 6,
    min: 1,
    max: 1000,
  }),
};

/** Where the tables are. */
export const clickhouseSettings = {
  clickhouseUrl: setting.url({
    env: 'TRUNKLINE_CLICKHOUSE_URL',
    doc: 'ClickHouse HTTP address',
    default: 'http://127.0.0.1:8123',
  }),
  clickhouseUser: setting.string({ env: 'TRUNKLINE_CLICKHOUSE_USER', doc: 'ClickHouse user', default: 'default' }),
  clickhousePassword: setting.secret({
    env: 'TRUNKLINE_CLICKHOUSE_PASSWORD',
    doc: 'ClickHouse password',
    optional: true,
  }),
  clickhouseDatabase: setting.string({
    env: 'TRUNKLINE_CLICKHOUSE_DATABASE',
    doc: 'ClickHouse database',
    default: 'trunkline',
  }),
  clickhouseCluster: setting.string({
    env: 'TRUNKLINE_CLICKHOUSE_CLUSTER',
    doc: 'Name of the ClickHouse cluster; `trunkline migrate` then makes replicated tables on all its nodes, sharded by tenant',
    optional: true,
  }),
  clickhouseTlsCaFile: setting.string({
    env: 'TRUNKLINE_CLICKHOUSE_TLS_CA_FILE',
    doc: 'PEM file with the authority that signed ClickHouse’s certificate',
    optional: true,
  }),
};

/** Where recordings are stored. Without keys the AWS SDK looks for them itself (role, profile, instance). */
export const s3Settings = {
  s3Endpoint: setting.url({
    env: 'TRUNKLINE_S3_ENDPOINT',
    doc: 'Address of an S3-compatible store; unset for AWS',
    optional: true,
  }),
  s3TlsCaFile: setting.string({
    env: 'TRUNKLINE_S3_TLS_CA_FILE',
    doc: 'PEM file with the authority that signed the store’s certificate',
    optional: true,
  }),
  s3Region: setting.string({ env: 'TRUNKLINE_S3_REGION', doc: 'S3 region', default: 'us-east-1' }),
  s3Bucket: setting.string({ env: 'TRUNKLINE_S3_BUCKET', doc: 'Bucket of the recordings', default: 'trunkline' }),
  s3AccessKeyId: setting.string({ env: 'TRUNKLINE_S3_ACCESS_KEY_ID', doc: 'S3 access key', optional: true }),
  s3SecretAccessKey: setting.secret({
    env: 'TRUNKLINE_S3_SECRET_ACCESS_KEY',
    doc: 'Secret of the S3 access key',
    optional: true,
  }),
  s3SessionToken: setting.secret({
    env: 'TRUNKLINE_S3_SESSION_TOKEN',
    doc: 'Session token of temporary S3 credentials',
    optional: true,
  }),
  s3ForcePathStyle: setting.boolean({
    env: 'TRUNKLINE_S3_FORCE_PATH_STYLE',
    doc: 'Bucket in the path instead of the host name; unset: yes when an endpoint is given',
    optional: true,
  }),
};

/** What every process has. */
export const processSettings = {
  logLevel: setting.choice({
    env: 'TRUNKLINE_LOG_LEVEL',
    doc: 'Least level that is logged',
    of: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    default: 'info',
  }),
  httpHost: setting.string({ env: 'TRUNKLINE_HTTP_HOST', doc: 'Address to listen on', default: '127.0.0.1' }),
  httpPort: setting.integer({
    env: 'TRUNKLINE_HTTP_PORT',
    doc: 'Port to listen on; 0 takes a free one',
    default: 0,
    min: 0,
    max: 65_535,
  }),
};

export type KafkaConfig = ConfigOf<typeof kafkaSettings>;
export type ClickHouseConfig = ConfigOf<typeof clickhouseSettings>;
export type S3Config = ConfigOf<typeof s3Settings>;
export type ProcessConfig = ConfigOf<typeof processSettings>;
