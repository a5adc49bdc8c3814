import { type ConfigOf, type ConfigSpec, readConfig } from './config.ts';
import { type BatchOptions, createKafka, type KafkaConnection, runBatches } from './kafka.ts';
import { type Owner, runService } from './lifecycle.ts';
import { createLogger, type Logger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { startProbes } from './probes.ts';
import type { KafkaConfig, kafkaSettings, ProcessConfig, processSettings } from './settings.ts';

/** What every consumer is made with. */
export type ConsumerParts<Spec extends ConfigSpec> = {
  readonly own: Owner;
  readonly config: ConfigOf<Spec>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly kafka: KafkaConnection;
};

/** What is consumed, and how. */
export type Consumption = Omit<BatchOptions, 'kafka' | 'logger' | 'metrics' | 'onFatal'>;

/**
 * Runs a process that consumes topics until SIGTERM: `start` makes what it works with, is told how to stop it by
 * `own.stop`, and says what to consume. The process is ready while the consumer group hears from it.
 */
export async function runConsumerService<const Spec extends ConfigSpec & typeof processSettings & typeof kafkaSettings>(
  name: string,
  settings: Spec,
  start: (parts: ConsumerParts<Spec>) => Promise<Consumption>,
): Promise<void> {
  return runService(name, async (own) => {
    // What TypeScript cannot tell of a spec that it does not know whole.
    const config = readConfig(settings) as ConfigOf<Spec> & ProcessConfig & KafkaConfig;
    const logger = createLogger(name, config.logLevel);
    const metrics = createMetrics(name);
    const kafka = createKafka(config, logger);
    const consumption = await start({ own, config, logger, metrics, kafka });

    const onFatal = (error: Error): void => own.fail(error);
    const runner = await runBatches({ ...consumption, kafka, logger, metrics, onFatal });
    own.stop('consumer', async () => runner.stop());

    const probes = await startProbes({
      host: config.httpHost,
      port: config.httpPort,
      metrics,
      live: () => true,
      ready: () => ({ ready: runner.isHealthy(), checks: { consumer: runner.isHealthy() ? 'ok' : 'failing' } }),
    });
    own.stop('probes', async () => probes.stop());
  });
}
