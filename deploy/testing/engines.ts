import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyKafka } from './empty-kafka.ts';
import { type EngineProcess, startEngineProcess } from './engine-process.ts';

export type KafkaAddress = { readonly brokers: readonly string[] };
export type ClickHouseAddress = { readonly url: string; readonly user: string; readonly password: string };
export type S3Address = {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

type Addresses = { kafka: KafkaAddress; clickhouse: ClickHouseAddress; s3: S3Address };
export type EngineName = keyof Addresses;

/** Addresses of the engines that were asked for; `stop` ends those we started and removes their data. */
export type Engines<Wanted> = { readonly [Name in keyof Wanted & EngineName]: Addresses[Name] } & {
  readonly stop: () => Promise<void>;
};

/**
 * The engines that integration tests run against: embedded ones, started empty on free ports, or the real ones whose
 * addresses are in `TRUNKLINE_TEST_KAFKA_BROKERS`, `TRUNKLINE_TEST_CLICKHOUSE_URL` (`_USER`, `_PASSWORD`) and
 * `TRUNKLINE_TEST_S3_ENDPOINT` (`_REGION`, `_ACCESS_KEY_ID`, `_SECRET_ACCESS_KEY`). Those are shared, so tests must
 * take databases and buckets of names of their own, and topics too where the names are not those of services. Suites of
 * services need a Kafka that may be emptied for each of them: `TRUNKLINE_TEST_KAFKA_DISPOSABLE=true` allows it.
 */
export async function startEngines<const Wanted extends { readonly [Name in EngineName]?: true }>(
  wanted: Wanted,
): Promise<Engines<Wanted>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'trunkline-engines-'));
  const started: EngineProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((engine) => engine.stop()));
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const start: StartEngine = async (engine, env) => {
    const running = await startEngineProcess(engine, { dataDir: join(dataDir, engine), ...(env && { env }) });
    started.push(running);
    return `${running.host}:${running.port}`;
  };

  const finding = [
    wanted.kafka ? findKafka(start) : Promise.resolve(undefined),
    wanted.clickhouse ? findClickHouse(start) : Promise.resolve(undefined),
    wanted.s3 ? findS3(start) : Promise.resolve(undefined),
  ] as const;
  // All are awaited before one failure ends the others, so that none is left running.
  await Promise.allSettled(finding);
  try {
    const [kafka, clickhouse, s3] = await Promise.all(finding);
    return { kafka, clickhouse, s3, stop } as unknown as Engines<Wanted>;
  } catch (error) {
    await stop();
    throw error;
  }
}

type StartEngine = (engine: EngineName, env?: Readonly<Record<string, string>>) => Promise<string>;

async function findKafka(start: StartEngine): Promise<KafkaAddress> {
  const given = variable('TRUNKLINE_TEST_KAFKA_BROKERS')?.split(',');
  if (given !== undefined && variable('TRUNKLINE_TEST_KAFKA_DISPOSABLE') === 'true') await emptyKafka(given);
  return { brokers: given ?? [await start('kafka')] };
}

async function findClickHouse(start: StartEngine): Promise<ClickHouseAddress> {
  const user = variable('TRUNKLINE_TEST_CLICKHOUSE_USER') ?? 'default';
  const url = variable('TRUNKLINE_TEST_CLICKHOUSE_URL');
  if (url !== undefined) return { url, user, password: variable('TRUNKLINE_TEST_CLICKHOUSE_PASSWORD') ?? '' };
  const password = 'test-password';
  const address = await start('clickhouse', { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password });
  return { url: `http://${address}`, user, password };
}

async function findS3(start: StartEngine): Promise<S3Address> {
  const region = variable('TRUNKLINE_TEST_S3_REGION') ?? 'us-east-1';
  const accessKeyId = variable('TRUNKLINE_TEST_S3_ACCESS_KEY_ID') ?? 'test-key';
  const secretAccessKey = variable('TRUNKLINE_TEST_S3_SECRET_ACCESS_KEY') ?? 'test-secret';
  const given = variable('TRUNKLINE_TEST_S3_ENDPOINT');
  const credentials = { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, S3_REGION: region };
  const endpoint = given ?? `http://${await start('s3', credentials)}`;
  return { endpoint, region, accessKeyId, secretAccessKey };
}

function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}
