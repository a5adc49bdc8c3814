import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { clickhouseImage } from './clickhouse-container.ts';
import { startEngineContainers } from './engine-containers.ts';
import { kafkaImage } from './kafka-container.ts';
import { s3Image } from './s3-container.ts';

/** Runs its suites on embedded engines in `make test`, here on those in containers: whatever asks `startEngines` for them. */
const sameSuites = (): readonly string[] =>
  globSync(['deploy/embedded/*/conformance.test.ts', '{runtime,ingest,processors,query-api}/**/*.integration.ts'])
    .filter((file) => readFileSync(file, 'utf8').includes('startEngines('))
    .sort();

/** Suites that start containers themselves. */
const containerSuites = ['deploy/testing/containers/*.engines.ts'];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const runSuites = async (suites: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<boolean> => {
  const child = spawn(process.execPath, ['--test', '--test-concurrency=1', ...suites], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
};

const runOnContainers = async (): Promise<boolean> => {
  const { kafka, clickhouse, s3, stop } = await startEngineContainers();
  try {
    return await runSuites(sameSuites(), {
      TRUNKLINE_TEST_KAFKA_BROKERS: kafka.address,
      TRUNKLINE_TEST_KAFKA_DISPOSABLE: 'true',
      TRUNKLINE_TEST_CLICKHOUSE_URL: clickhouse.url,
      TRUNKLINE_TEST_CLICKHOUSE_USER: clickhouse.user,
      TRUNKLINE_TEST_CLICKHOUSE_PASSWORD: clickhouse.password,
      TRUNKLINE_TEST_S3_ENDPOINT: s3.endpoint,
      TRUNKLINE_TEST_S3_REGION: s3.region,
      TRUNKLINE_TEST_S3_ACCESS_KEY_ID: s3.accessKeyId,
      TRUNKLINE_TEST_S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
    });
  } finally {
    await stop();
  }
};

for (const { engine, image } of [kafkaImage, clickhouseImage, s3Image]) say(`${engine} runs from the image ${image}`);
try {
  const same = await runOnContainers();
  const own = await runSuites(containerSuites);
  process.exitCode = same && own ? 0 : 1;
} catch (error) {
  // What a reader can mend is in the sentence, not in the stack.
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
