import type { StartedTestContainer } from 'testcontainers';
import { makeCertificates, type Certificates } from './certificates.ts';
import { type ClickHouseContainer, startClickHouseContainer } from './clickhouse-container.ts';
import { type KafkaContainer, startKafkaContainer } from './kafka-container.ts';
import { type S3Container, startS3Container } from './s3-container.ts';
import { dockerHost } from './start-container.ts';

export type EngineContainers = {
  readonly kafka: KafkaContainer;
  readonly clickhouse: ClickHouseContainer;
  readonly s3: S3Container;
  /** What Kafka's secure listener shows, and who vouches for it. */
  readonly certificates: Certificates;
  readonly stop: () => Promise<void>;
};

/** One container of each engine; when one of them does not come up, none is left. */
export const startEngineContainers = async (): Promise<EngineContainers> => {
  const started: StartedTestContainer[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(started.map((container) => container.stop())));
  const noted = async <Engine extends { readonly container: StartedTestContainer }>(
    starting: Promise<Engine>,
  ): Promise<Engine> => {
    const engine = await starting;
    started.push(engine.container);
    return engine;
  };
  const certificates = makeCertificates(await dockerHost());
  try {
    const kafka = await noted(startKafkaContainer(certificates));
    const clickhouse = await noted(startClickHouseContainer());
    const s3 = await noted(startS3Container());
    return { kafka, clickhouse, s3, certificates, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};
