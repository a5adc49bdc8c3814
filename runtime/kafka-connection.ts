import { readFileSync } from 'node:fs';
import { Kafka, type KafkaConfig as ClientOptions, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import { ConfigError } from './config.ts';
import { registerCodecs } from './kafka-codecs.ts';
import { patchRequestQueue } from './kafka-internals.ts';
import type { Logger } from './logger.ts';
import type { KafkaConfig } from './settings.ts';

/** How patient a client of one role is. */
export type ClientPatience = {
  /** Tries after the first, each up to twice as late as the one before. */
  readonly retries: number;
  readonly initialRetryMs: number;
  readonly maxRetryMs: number;
  readonly requestTimeoutMs: number;
};

/** Knows the brokers and how to log in; opens no connection of its own. */
export type KafkaConnection = {
  readonly logger: Logger;
  /** A new client of kafkajs; only files named `kafka-*.ts` may use it. */
  client(patience: ClientPatience): Kafka;
};

type ConnectionConfig = Omit<KafkaConfig, 'kafkaReplication' | 'kafkaPartitions'>;

/** Prepares the access to Kafka; throws a `ConfigError` when settings contradict each other. */
export function createKafka(config: ConnectionConfig, logger: Logger): KafkaConnection {
  patchRequestQueue();
  registerCodecs();
  const options = connectionOptions(config);
  return {
    logger,
    client: (patience) =>
      new Kafka({
        ...options,
        connectionTimeout: 3000,
        authenticationTimeout: 5000,
        requestTimeout: patience.requestTimeoutMs,
        retry: {
          retries: patience.retries,
          initialRetryTime: patience.initialRetryMs,
          maxRetryTime: patience.maxRetryMs,
        },
        logLevel: logger.isLevelEnabled('trace') ? logLevel.DEBUG : logLevel.INFO,
        logCreator: () => (entry) => {
          relayLog(logger, entry);
        },
      }),
  };
}

function connectionOptions(config: ConnectionConfig): ClientOptions {
  const problems = config.kafkaBrokers
    .filter((broker) => !/^[^:]+:\d+$/.test(broker))
    .map((broker) => `TRUNKLINE_KAFKA_BROKERS: ${JSON.stringify(broker)} has no port, expected host:port`);
  const sasl = saslOptions(config, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const ca = config.kafkaTlsCaFile;
  return {
    brokers: [...config.kafkaBrokers],
    clientId: config.kafkaClientId,
    ...(config.kafkaTls && { ssl: ca === undefined ? true : { ca: [readFileSync(ca)] } }),
    ...(sasl !== undefined && { sasl }),
  };
}

function saslOptions(config: ConnectionConfig, problems: string[]): SASLOptions | undefined {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = config;
  if (mechanism === undefined) return undefined;
  if (username === undefined) problems.push('TRUNKLINE_KAFKA_SASL_USERNAME: is not set, expected with a mechanism');
  if (password === undefined) problems.push('TRUNKLINE_KAFKA_SASL_PASSWORD: is not set, expected with a mechanism');
  const login = { username: username ?? '', password: password?.reveal() ?? '' };
  switch (mechanism) {
    case 'plain':
      return { mechanism: 'plain', ...login };
    case 'scram-sha-256':
      return { mechanism: 'scram-sha-256', ...login };
    case 'scram-sha-512':
      return { mechanism: 'scram-sha-512', ...login };
  }
}

/** kafkajs reports each normal rebalance and each retried request as an error; only its own end of work is one to us. */
function relayLog(logger: Logger, { namespace, level, log }: LogEntry): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...details } = log;
  const fields = { kafkajs: namespace, ...details };
  const text = `kafkajs: ${message}`;
  if (level === logLevel.DEBUG) logger.trace(fields, text);
  else if (
    level === logLevel.INFO ||
    isThrownToo(namespace) ||
    isRebalance(`${message} ${String(details['error'] ?? '')}`)
  )
    logger.debug(fields, text);
  else if (level === logLevel.ERROR && namespace === 'Consumer') logger.error(fields, text);
  else logger.warn(fields, text);
}

/** What a connection fails with is thrown to whoever uses it, who tells it once and tries again. */
function isThrownToo(namespace: string): boolean {
  return namespace === 'Connection' || namespace === 'BrokerPool';
}

function isRebalance(text: string): boolean {
  return /rebalanc|re-joining|not aware of this member|generation id|member needs to have a valid member id/i.test(
    text,
  );
}
