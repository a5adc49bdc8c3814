import type { AddressInfo } from 'node:net';
import { type ConfigOf, readConfig } from '../runtime/config.ts';
import type { Check } from '../runtime/http/probe-routes.ts';
import { createKafka, createLogView, createPublisher, KafkaUnavailable, type Publisher } from '../runtime/kafka.ts';
import { type Owner, runService } from '../runtime/lifecycle.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { ChecksumMismatch, createObjectStore } from '../runtime/s3.ts';
import { type Directory, type DirectoryEvent, directoryLog } from '../schemas/directory.ts';
import { buildApp } from './app.ts';
import { createIngestMetrics, type IngestMetrics } from './ingest-metrics.ts';
import { AudioStoreAway, s3AudioStore } from './recordings/s3-audio-store.ts';
import { settings } from './settings.ts';
import { createDurablePublish, type DurablePublish } from './spool/durable-publish.ts';
import { openSpool, type Spool } from './spool/spool.ts';
import { SpoolDamaged, SpoolFull } from './spool/spool-errors.ts';

export { settings } from './settings.ts';

type Config = ConfigOf<typeof settings>;

/** Takes call events and recordings until SIGTERM; then finishes the requests in flight. */
export const runIngest = async (): Promise<void> =>
  runService('ingest', async (own) => start(own), { stopTimeoutMs: 30_000 });

const start = async (own: Owner): Promise<void> => {
  const config = readConfig(settings);
  const logger = createLogger('ingest', config.logLevel);
  const metrics = createMetrics('ingest');
  const ingestMetrics = createIngestMetrics(metrics);
  const kafka = createKafka(config, logger);
  const publisher = await createPublisher(kafka, { timeoutMs: config.publishTimeoutMs });
  own.stop('publisher', async () => publisher.stop());
  const { spool, durable } = await startPublishing({ config, logger, publisher, ingestMetrics }, own);
  const objects = createObjectStore(config, logger);
  own.stop('object store', () => {
    objects.close();
  });
  const directory = createLogView<Directory, DirectoryEvent>({ kafka, ...directoryLog });
  own.stop('directory', async () => directory.stop());
  const app = await buildApp({
    logger,
    metrics,
    ingestMetrics,
    directory: directory.known,
    publish: durable.publish,
    store: s3AudioStore(objects, config.s3Bucket),
    isChecksumMismatch: (error) => error instanceof ChecksumMismatch,
    isPassing,
    nowUs: () => Date.now() * 1000,
    checks: {
      directory: () => ({ ready: directory.known() !== null, state: directory.isHealthy() ? 'followed' : 'away' }),
      kafka: () => ({ ready: true, state: publisher.isAvailable() ? 'up' : 'away' }),
      spool: spoolCheck(spool, durable, config.spoolMaxBytes),
    },
    limits: {
      mostBodyBytes: config.maxBodyBytes,
      mostUploads: config.maxUploads,
      mostUploadBytes: config.maxUploadBytes,
      requestTimeoutMs: config.requestTimeoutMs,
      idleTimeoutMs: config.idleTimeoutMs,
    },
  });
  own.stop('http', async () => app.close());
  await app.listen({ host: config.httpHost, port: config.httpPort });
  logger.info({ port: (app.server.address() as AddressInfo).port }, 'listening');
};

type Publishing = { config: Config; logger: Logger; publisher: Publisher; ingestMetrics: IngestMetrics };

const startPublishing = async (
  { config, logger, publisher, ingestMetrics }: Publishing,
  own: Owner,
): Promise<{ spool: Spool; durable: DurablePublish }> => {
  const spool = await openSpool({ folder: config.spoolDir, maxBytes: config.spoolMaxBytes });
  own.stop('spool', async () => spool.close());
  ingestMetrics.spooled(spool.bytes());
  const durable = createDurablePublish({
    kafka: async (messages) => publisher.publish(messages),
    spool,
    isAway: (error) => error instanceof KafkaUnavailable,
    logger,
    onSpoolChange: ingestMetrics.spooled,
  });
  own.stop('draining', async () => durable.stop());
  return { spool, durable };
};

/** With Kafka away ingest works on, until a tenth of the spool is left: then let others have the traffic. */
const spoolCheck =
  (spool: Spool, durable: DurablePublish, maxBytes: number): Check =>
  () => ({
    ready: spool.bytes() < maxBytes * 0.9,
    state: durable.isSpooling() ? `${spool.bytes()} of ${maxBytes} bytes wait for Kafka` : 'empty',
  });

const isPassing = (error: unknown): boolean =>
  error instanceof KafkaUnavailable ||
  error instanceof SpoolFull ||
  error instanceof SpoolDamaged ||
  error instanceof AudioStoreAway;
