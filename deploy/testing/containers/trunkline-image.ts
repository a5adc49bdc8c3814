import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
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
  /** Runs a command to its end; gives what it printed. */
  readonly run: (...command: readonly string[]) => Promise<string>;
  /** Starts a process that listens on a port of this machine; gives its container. */
  readonly start: (port: number, ...command: readonly string[]) => Promise<string>;
  readonly remove: () => Promise<void>;
};

/** What `deploy/compose/trunkline.yaml` says of each process: no rights, nothing to write on, secrets in files. */
const confined = [
  '--read-only',
  '--tmpfs=/tmp',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges:true',
  // The engines' addresses are this machine's.
  '--network=host',
];

/** Trunkline's own containers on these engines. */
export const trunklineContainers = (image: string, engines: EngineContainers): TrunklineContainers => {
  const secrets = mkdtempSync(join(tmpdir(), 'trunkline-secrets-'));
  chmodSync(secrets, 0o755);
  const { kafka, clickhouse, s3 } = engines;
  writeFileSync(join(secrets, 'clickhouse_password'), clickhouse.password);
  writeFileSync(join(secrets, 's3_secret'), s3.secretAccessKey);
  const settings = {
    TRUNKLINE_KAFKA_BROKERS: kafka.address,
    TRUNKLINE_CLICKHOUSE_URL: clickhouse.url,
    TRUNKLINE_CLICKHOUSE_USER: clickhouse.user,
    TRUNKLINE_CLICKHOUSE_PASSWORD_FILE: '/run/secrets/clickhouse_password',
    TRUNKLINE_S3_ENDPOINT: s3.endpoint,
    TRUNKLINE_S3_REGION: s3.region,
    TRUNKLINE_S3_ACCESS_KEY_ID: s3.accessKeyId,
    TRUNKLINE_S3_SECRET_ACCESS_KEY_FILE: '/run/secrets/s3_secret',
  };
  const withSettings = Object.entries(settings).map(([name, value]) => `--env=${name}=${value}`);
  const common = [...confined, ...withSettings, `--volume=${secrets}:/run/secrets:ro`];
  const started: string[] = [];
  return {
    run: async (...command) => docker('run', '--rm', ...common, image, ...command),
    start: async (port, ...command) => {
      const own = [`--env=TRUNKLINE_HTTP_PORT=${port}`, '--health-interval=1s'];
      const container = await docker('run', '--detach', ...common, ...own, image, ...command);
      started.push(container);
      return container;
    },
    remove: async () => {
      for (const container of started) await docker('rm', '--force', '--volumes', container);
      rmSync(secrets, { recursive: true });
    },
  };
};
