import type { AddressInfo } from 'node:net';
import { readConfig } from '../runtime/config.ts';
import type { Check } from '../runtime/http/probe-routes.ts';
import { createKafka, createLogView } from '../runtime/kafka.ts';
import { type Owner, runService } from '../runtime/lifecycle.ts';
import { createLogger } from '../runtime/logger.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { ChecksumMismatch, createObjectStore } from '../runtime/s3.ts';
import { type Directory, type DirectoryEvent, directoryLog } from '../schemas/directory.ts';
import { buildApp } from './app.ts';
import { createIngestMetrics } from './ingest-metrics.ts';
import { AudioStoreAway, s3AudioStore } from './recordings/s3-audio-store.ts';
import { settings } from './settings.ts';
import type { DurablePublish } from './spool/durable-publish.ts';
import type { Spool } from './spool/spool.ts';
import { isPassing, startPublishing } from './spool/start-publishing.ts';

export { settings } from './settings.ts';

/** Takes call events and recordings until SIGTERM; then finishes the requests in flight. */
export const runIngest = async (): Promise<void> =>
  runService('ingest', async (own) => start(own), { stopTimeoutMs: 30_000 });

const start = async (own: Owner): Promise<void> => {
  const config = readConfig(settings);
  const logger = createLogger('ingest', config.logLevel);
  const metrics = createMetrics('ingest');
  const ingestMetrics = createIngestMetrics(metrics);
  const kafka = createKafka(config, logger);
  const onSpoolChange = ingestMetrics.spooled;
  const { publisher, spool, durable } = await startPublishing({ ...config, kafka, logger, onSpoolChange }, own);
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
    isPassing: (error) => isPassing(error) || error instanceof AudioStoreAway,
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

/** With Kafka away ingest works on, until a tenth of the spool is left: then let others have the traffic. */
const spoolCheck =
  (spool: Spool, durable: DurablePublish, maxBytes: number): Check =>
  () => ({
    ready: spool.bytes() < maxBytes * 0.9,
    state: durable.isSpooling() ? `${spool.bytes()} of ${maxBytes} bytes wait for Kafka` : 'empty',
  });
