import { join } from 'node:path';
import { type ConfigOf, type ConfigSpec, readConfig } from '../../runtime/config.ts';
import { createKafka, createLogView, type KafkaConnection } from '../../runtime/kafka.ts';
import { type Owner, runService } from '../../runtime/lifecycle.ts';
import { createLogger, type Logger } from '../../runtime/logger.ts';
import { makeFolder } from '../../runtime/make-folder.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { type Readiness, startProbes } from '../../runtime/probes.ts';
import { type Directory, type DirectoryEvent, directoryLog } from '../../schemas/directory.ts';
import type { Dialect } from '../judging.ts';
import { isPassing, type Publishing, startPublishing } from '../spool/start-publishing.ts';
import { openCheckpoint } from './checkpoint.ts';
import { type Credential, openCredential } from './credential.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { createFeed, type Feed } from './feed.ts';
import type { sourceSettings } from './settings.ts';
import { createSourceMetrics, type SourceMetrics } from './source-metrics.ts';

/** What a source reads with. */
export type SourceParts<Spec extends ConfigSpec, Mark> = {
  readonly config: ConfigOf<Spec>;
  readonly logger: Logger;
  readonly metrics: SourceMetrics;
  readonly feed: Feed<Mark>;
  /** How far the process before had got; null at the first start. */
  readonly found: Mark | null;
  /** Aborted when reading must end. */
  readonly signal: AbortSignal;
};

export type Reader = {
  /** Whether the switch is listened to, and what to say of it. */
  readonly health: () => { readonly ready: boolean; readonly state: string };
  /** Resolves when nothing more will be read. */
  readonly ended: Promise<void>;
};

export type SourceKind<Spec extends ConfigSpec, Mark> = {
  /** As in `trunkline source NAME`. */
  readonly name: string;
  readonly settings: Spec;
  readonly dialect: Dialect;
  readonly read: (parts: SourceParts<Spec, Mark>) => Reader;
};

type SourceConfig = ConfigOf<typeof sourceSettings>;

/** What was read and may not be safe yet is given this long when the process ends. */
const lastDeliveryMs = 8000;
/** Longer than any hiccup of Kafka that the spool does not bear. */
const stuckAfterMs = 10_000;

/** Runs a source until SIGTERM: it reads a switch and publishes what that says. */
export const runSource = async <const Spec extends ConfigSpec & typeof sourceSettings, Mark>(
  kind: SourceKind<Spec, Mark>,
): Promise<void> => runService(`source-${kind.name}`, async (own) => start(kind, own), { stopTimeoutMs: 20_000 });

const start = async <Spec extends ConfigSpec & typeof sourceSettings, Mark>(
  kind: SourceKind<Spec, Mark>,
  own: Owner,
): Promise<void> => {
  // What TypeScript cannot tell of a spec that it does not know whole.
  const config = readConfig(kind.settings) as ConfigOf<Spec> & SourceConfig;
  const logger = createLogger(`source-${kind.name}`, config.logLevel);
  const registry = createMetrics(`source-${kind.name}`);
  const metrics = createSourceMetrics(registry);
  await makeFolder(config.stateDir);
  const kafka = createKafka(config, logger);
  const publishing = await startPublishing(
    { ...config, kafka, logger, spoolDir: join(config.stateDir, 'spool'), onSpoolChange: metrics.spooled },
    own,
  );
  const credential = await followKey(config, kafka, logger, own);
  const checkpoint = await openCheckpoint<Mark>(join(config.stateDir, 'checkpoint.json'), logger);
  own.stop('checkpoint', async () => checkpoint.stop());
  const delivery = startDelivery({ publishing, metrics, logger, onSafe: checkpoint.advance }, own);
  const reading = new AbortController();
  const { dialect } = kind;
  const askedSwitchId = config.switchName ?? null;
  const feed = createFeed({ dialect, askedSwitchId, credential, delivery, metrics, logger, signal: reading.signal });
  const reader = kind.read({ config, logger, metrics, feed, found: checkpoint.found, signal: reading.signal });
  void reader.ended.catch((error: unknown) => own.fail(error));
  own.stop('reader', async () => {
    reading.abort(new Error('the source is stopping'));
    await reader.ended;
  });
  const probes = await startProbes({
    host: config.httpHost,
    port: config.httpPort,
    metrics: registry,
    live: () => true,
    ready: () => readiness({ reader, credential, delivery, publishing }),
  });
  own.stop('probes', async () => probes.stop());
  logger.info({ port: probes.port }, 'listening');
};

/** Whom the key belongs to, by the directory that every service follows. */
const followKey = async (config: SourceConfig, kafka: KafkaConnection, logger: Logger, own: Owner) => {
  const directory = createLogView<Directory, DirectoryEvent>({ kafka, ...directoryLog });
  own.stop('directory', async () => directory.stop());
  return openCredential({
    secret: config.apiKey.reveal(),
    askedSwitchId: config.switchName ?? null,
    directory: directory.known,
    path: join(config.stateDir, 'key.json'),
    logger,
  });
};

type DeliveryOptions<Mark> = {
  readonly publishing: Publishing;
  readonly metrics: SourceMetrics;
  readonly logger: Logger;
  readonly onSafe: (mark: Mark) => void;
};

const startDelivery = <Mark>(
  { publishing, metrics, logger, onSafe }: DeliveryOptions<Mark>,
  own: Owner,
): Delivery<Mark> => {
  const delivery = createDelivery<Mark>({
    publish: publishing.durable.publish,
    isPassing,
    onSafe: (mark, messages) => {
      onSafe(mark);
      metrics.published(messages);
    },
    onWaiting: metrics.waiting,
    onRetry: (error, attempt) => {
      // An outage is one thing, however often it is met.
      if ((attempt & (attempt - 1)) === 0)
        logger.warn({ err: error, attempt }, 'nothing can be published: reading waits');
    },
    onFatal: (error) => own.fail(error),
  });
  own.stop('delivery', async () => delivery.stop(lastDeliveryMs));
  return delivery;
};

type Health<Mark> = {
  readonly reader: Reader;
  readonly credential: () => Credential;
  readonly delivery: Delivery<Mark>;
  readonly publishing: Publishing;
};

const readiness = <Mark>({ reader, credential, delivery, publishing }: Health<Mark>): Readiness => {
  const key = credential();
  const source = reader.health();
  const waitsMs = Date.now() - (delivery.waitsSinceMs() ?? Date.now());
  const { publisher, spool, durable } = publishing;
  return {
    ready: key.kind === 'valid' && source.ready && waitsMs < stuckAfterMs,
    checks: {
      switch: source.state,
      key: key.kind === 'refused' ? key.reason : key.kind,
      delivery: waitsMs < stuckAfterMs ? 'ok' : `nothing could be made safe for ${Math.round(waitsMs / 1000)} s`,
      kafka: publisher.isAvailable() ? 'up' : 'away',
      spool: durable.isSpooling() ? `${spool.bytes()} bytes wait for Kafka` : 'empty',
    },
  };
};
