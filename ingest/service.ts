import type { AddressInfo } from 'node:net';
import { readConfig } from '../runtime/config.ts';
import {
  createKafka,
  createLogView,
  createPublisher,
  type KafkaConnection,
  KafkaUnavailable,
  type LogView,
} from '../runtime/kafka.ts';
import { type Owner, runService } from '../runtime/lifecycle.ts';
import { createLogger } from '../runtime/logger.ts';
import { createMetrics } from '../runtime/metrics.ts';
import {
  applyDirectoryEvent,
  decodeDirectoryEvent,
  type Directory,
  type DirectoryEvent,
  emptyDirectory,
} from '../schemas/directory.ts';
import { topics } from '../schemas/topics.ts';
import { buildApp } from './app.ts';
import type { KnownDirectory } from './http/authentication.ts';
import { settings } from './settings.ts';

export { settings } from './settings.ts';

/** Takes call events and recordings until SIGTERM; then finishes the requests in flight. */
export const runIngest = async (): Promise<void> =>
  runService('ingest', async (own) => {
    const config = readConfig(settings);
    const logger = createLogger('ingest', config.logLevel);
    const metrics = createMetrics('ingest');
    const kafka = createKafka(config, logger);
    const publisher = await createPublisher(kafka, { timeoutMs: config.publishTimeoutMs });
    own.stop('publisher', async () => publisher.stop());
    const { view, known } = followDirectory(kafka, own);
    const app = await buildApp({
      logger,
      metrics,
      directory: known,
      publish: async (messages) => publisher.publish(messages),
      nowUs: () => Date.now() * 1000,
      isPassing: (error) => error instanceof KafkaUnavailable,
      checks: {
        directory: () => ({ ready: known() !== null, state: view.isHealthy() ? 'followed' : 'not followed now' }),
        kafka: () => ({ ready: publisher.isAvailable(), state: publisher.isAvailable() ? 'up' : 'away' }),
      },
      limits: { mostBodyBytes: config.maxBodyBytes, requestTimeoutMs: 3_600_000, idleTimeoutMs: 60_000 },
    });
    own.stop('http', async () => app.close());
    await app.listen({ host: config.httpHost, port: config.httpPort });
    logger.info({ port: (app.server.address() as AddressInfo).port }, 'listening');
  });

/** Follows the directory; until it has been read once nobody's key is known, and nobody must be told it is not. */
const followDirectory = (kafka: KafkaConnection, own: Owner): { view: LogView<Directory>; known: KnownDirectory } => {
  const view = createLogView<Directory, DirectoryEvent>({
    kafka,
    topic: topics.directoryEvents,
    decode: (record) => {
      try {
        return decodeDirectoryEvent(record.value ?? Buffer.alloc(0));
      } catch (error) {
        return { undecodable: String(error) };
      }
    },
    initial: () => emptyDirectory,
    apply: (state, event) => {
      const { directory, refused } = applyDirectoryEvent(state, event);
      return refused === null ? directory : { refused };
    },
  });
  own.stop('directory', async () => view.stop());
  let caughtUp = false;
  const catchUp = async (): Promise<void> => {
    await view.caughtUp;
    caughtUp = true;
  };
  catchUp().catch((error: unknown) => {
    own.fail(error);
  });
  return { view, known: () => (caughtUp ? view.state() : null) };
};
