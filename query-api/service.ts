import type { AddressInfo } from 'node:net';
import { type ClickHouse, createClickHouse } from '../runtime/clickhouse.ts';
import { type ConfigOf, readConfig } from '../runtime/config.ts';
import { checkOf } from '../runtime/http/probe-routes.ts';
import { createKafka, createLogView, createPublisher, type LogView, type Publisher } from '../runtime/kafka.ts';
import { runService } from '../runtime/lifecycle.ts';
import { createLogger, type Logger } from '../runtime/logger.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createObjectStore, type ObjectStore } from '../runtime/s3.ts';
import { type Directory, type DirectoryEvent, directoryLog } from '../schemas/directory.ts';
import { type AppParts, buildApp } from './app.ts';
import { createCallReader } from './calls/call-reader.ts';
import { createCursors } from './listing/cursor.ts';
import { cursorSecretOf } from './listing/cursor-secret.ts';
import { createTables } from './listing/tables.ts';
import { createKeyStore } from './api-keys/key-store.ts';
import { createCompletenessReader } from './audit/completeness-reader.ts';
import { createQuarantineReader } from './quarantine/quarantine-reader.ts';
import { createRedriver } from './quarantine/redriver.ts';
import { createAudio } from './recordings/audio.ts';
import { createDownloadLinks } from './recordings/download-links.ts';
import { createRecordingReader } from './recordings/recording-reader.ts';
import { settings } from './settings.ts';
import { createAgentDays } from './statistics/agent-stats-routes.ts';
import { createQueueStatsReader } from './statistics/queue-stats-reader.ts';

export { settings } from './settings.ts';

/** Serves the query API until SIGTERM. */
export const runQueryApi = async (): Promise<void> =>
  runService('query-api', async (own) => {
    const config = readConfig(settings);
    const logger = createLogger('query-api', config.logLevel);
    const clickhouse = createClickHouse(config, logger);
    own.stop('clickhouse', async () => clickhouse.close());
    const objects = createObjectStore(config, logger);
    own.stop('object store', () => {
      objects.close();
    });
    const kafka = createKafka(config, logger);
    const directory = createLogView<Directory, DirectoryEvent>({ kafka, ...directoryLog });
    own.stop('directory', async () => directory.stop());
    const publisher = await createPublisher(kafka);
    own.stop('publisher', async () => publisher.stop());

    const app = await buildApp(partsOf({ config, logger, clickhouse, objects, directory, publisher }));
    own.stop('http', async () => app.close());
    await app.listen({ host: config.httpHost, port: config.httpPort });
    logger.info({ port: (app.server.address() as AddressInfo).port }, 'listening');
  });

type Engines = {
  readonly config: ConfigOf<typeof settings>;
  readonly logger: Logger;
  readonly clickhouse: ClickHouse;
  readonly objects: ObjectStore;
  readonly directory: LogView<Directory>;
  readonly publisher: Publisher;
};

const partsOf = ({ config, logger, clickhouse, objects, directory, publisher }: Engines): AppParts => {
  const tables = createTables(clickhouse, config.requestTimeoutMs);
  const audio = createAudio(objects);
  const quarantine = createQuarantineReader(tables);
  return {
    logger,
    metrics: createMetrics('query-api'),
    directory: directory.known,
    checks: {
      clickhouse: checkOf(async () => clickhouse.ping()),
      object_store: checkOf(async () => objects.ping()),
      directory: checkOf(async () => directory.known() !== null && directory.isHealthy()),
    },
    requestTimeoutMs: config.requestTimeoutMs,
    maxRequests: config.maxRequests,
    maxDownloads: config.maxDownloads,
    cursors: createCursors(cursorSecretOf(config)),
    calls: createCallReader(tables),
    recordings: createRecordingReader(tables),
    statistics: createQueueStatsReader(tables),
    agentDays: createAgentDays(tables),
    audio,
    links: createDownloadLinks(audio, tables, { expiresInSeconds: config.downloadUrlSeconds }),
    completeness: createCompletenessReader(tables),
    quarantine,
    redriver: createRedriver(quarantine, async (messages) => publisher.publish(messages)),
    keys: createKeyStore(directory),
  };
};
