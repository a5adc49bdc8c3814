import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { ComposeProcess } from './compose-file.ts';
import { docker } from './docker.ts';
import type { EngineContainers } from './engine-containers.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The image that `TRUNKLINE_TEST_IMAGE` names, or one of this checkout. */
export const trunklineImage = async (): Promise<string> => {
  const given = process.env['TRUNKLINE_TEST_IMAGE'];
  if (given !== undefined && given !== '') return given;
  const image = 'trunkline-test/trunkline';
  await docker('build', '-f', `${root}/deploy/Dockerfile`, '-t', image, root);
  return image;
};

export type TrunklineContainers = {
  /** Runs a process to its end, with another command where one is given; gives what it printed. */
  readonly run: (process: ComposeProcess, ...command: readonly string[]) => Promise<string>;
  /** Starts a process that listens on a port of this machine; gives its container. */
  readonly start: (process: ComposeProcess, port: number) => Promise<string>;
  readonly remove: () => Promise<void>;
};

/** Trunkline's own containers on these engines. */
export const trunklineContainers = (image: string, engines: EngineContainers): TrunklineContainers => {
  const secrets = mkdtempSync(join(tmpdir(), 'trunkline-secrets-'));
  chmodSync(secrets, 0o755);
  const { kafka, clickhouse, s3 } = engines;
  writeFileSync(join(secrets, 'clickhouse_password'), clickhouse.password);
  writeFileSync(join(secrets, 's3_secret'), s3.secretAccessKey);
  /** Where these engines differ from those of the Compose files: addresses, names, one broker. */
  const differing = {
    TRUNKLINE_KAFKA_BROKERS: kafka.address,
    TRUNKLINE_KAFKA_REPLICATION: '1',
    TRUNKLINE_CLICKHOUSE_URL: clickhouse.url,
    TRUNKLINE_CLICKHOUSE_USER: clickhouse.user,
    TRUNKLINE_S3_ENDPOINT: s3.endpoint,
    TRUNKLINE_S3_ACCESS_KEY_ID: s3.accessKeyId,
  };
  const project = `trunkline-test-${randomUUID()}`;
  const volumes = new Set<string>();
  const flagsOf = (one: ComposeProcess): string[] => [
    ...one.flags,
    // The engines' addresses are this machine's.
    '--network=host',
    ...Object.entries({ ...one.environment, ...differing }).map(([name, value]) => `--env=${name}=${value}`),
    ...one.secrets.map((name) => `--volume=${join(secrets, name)}:/run/secrets/${name}:ro`),
    ...one.volumes.map((volume) => `--volume=${project}-${volume}`),
  ];
  const started: string[] = [];
  return {
    run: async (one, ...command) =>
      docker('run', '--rm', ...flagsOf(one), image, ...(command.length === 0 ? one.command : command)),
    start: async (one, port) => {
      for (const volume of one.volumes) volumes.add(`${project}-${volume.slice(0, volume.indexOf(':'))}`);
      const own = [`--restart=${one.restart}`, `--env=TRUNKLINE_HTTP_PORT=${port}`, '--health-interval=1s'];
      const container = await docker('run', '--detach', ...flagsOf(one), ...own, image, ...one.command);
      started.push(container);
      return container;
    },
    remove: async () => {
      for (const container of started) await docker('rm', '--force', '--volumes', container);
      for (const volume of volumes) await docker('volume', 'rm', volume);
      rmSync(secrets, { recursive: true });
    },
  };
};
