import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from './child.ts';
import type { Credentials } from './credentials.ts';
import { connectionEnvironment, type Environment } from './environment.ts';
import { host, type PortName, type Ports } from './ports.ts';
import type { RunFile } from './run-file.ts';

export type Installation = { dataDir: string; ports: Ports; credentials: Credentials };

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const commandLine = path('../cli/trunkline.mjs');

/** What `run.json` says of an installation, before any process of it runs. */
export const describeInstallation = ({ ports, credentials }: Installation): Omit<RunFile, 'processes'> => ({
  api: `http://${host}:${ports.api}`,
  ingest: `http://${host}:${ports.ingest}`,
  api_key: credentials.api_key.secret,
  kafka: `${host}:${ports.kafka}`,
  clickhouse: {
    url: `http://${host}:${ports.clickhouse}`,
    username: 'trunkline',
    password: credentials.clickhouse_password,
    database: 'trunkline',
  },
  s3: {
    endpoint: `http://${host}:${ports.s3}`,
    bucket: 'trunkline',
    region: 'us-east-1',
    access_key_id: credentials.s3_access_key_id,
    secret_access_key: credentials.s3_secret_access_key,
  },
});

export const engineSpecs = (installation: Installation): readonly ChildSpec[] => {
  const { clickhouse, s3 } = describeInstallation(installation);
  const engine = (name: 'kafka' | 'clickhouse' | 's3', env: Environment): ChildSpec => ({
    name,
    args: [
      path(`../embedded/${name}/main.ts`),
      `--data=${join(installation.dataDir, name)}`,
      `--port=${installation.ports[name]}`,
      '--with-parent',
    ],
    env,
    readiness: { kind: 'line' },
  });
  const store = engine('s3', {
    S3_ACCESS_KEY_ID: s3.access_key_id,
    S3_SECRET_ACCESS_KEY: s3.secret_access_key,
    S3_REGION: s3.region,
  });
  return [
    engine('kafka', {}),
    engine('clickhouse', { CLICKHOUSE_USER: clickhouse.username, CLICKHOUSE_PASSWORD: clickhouse.password }),
    { ...store, args: [tinyYoungSpace, ...store.args] },
  ];
};

/** A body that streams through leaves a buffer behind with each read: V8 would let 50 MiB of them gather. */
export const tinyYoungSpace = '--max-semi-space-size=1';
/** Those that read all events make much that lives for one batch only: V8 would let them grow by tens of MiB and gain nothing. */
const smallYoungSpace = '--max-semi-space-size=16';

export const serviceSpecs = (installation: Installation): readonly ChildSpec[] => {
  const connections = connectionEnvironment(describeInstallation(installation));
  const service = (name: PortName, args: readonly string[], env: Environment = {}): ChildSpec => ({
    name,
    args: [commandLine, ...args, '--with-parent'],
    env: {
      ...connections,
      TRUNKLINE_HTTP_HOST: host,
      TRUNKLINE_HTTP_PORT: String(installation.ports[name]),
      ...env,
    },
    readiness: { kind: 'probe', url: `http://${host}:${installation.ports[name]}/readyz` },
  });
  const small = (spec: ChildSpec): ChildSpec => ({ ...spec, args: [smallYoungSpace, ...spec.args] });
  return [
    small(service('processor-calls', ['processor', 'calls'])),
    service('processor-recordings', ['processor', 'recordings']),
    service('processor-quarantine', ['processor', 'quarantine']),
    service('processor-closing', ['processor', 'closing']),
    small(service('processor-notifications', ['processor', 'notifications'])),
    service('processor-redrive', ['processor', 'redrive']),
    service('processor-agents', ['processor', 'agents']),
    service('processor-completeness', ['processor', 'completeness']),
    service('ingest', ['ingest'], { TRUNKLINE_SPOOL_DIR: join(installation.dataDir, 'spool') }),
    service('api', ['api']),
  ];
};

export const demoSpec = ({ dataDir, ports, credentials }: Installation): ChildSpec => ({
  name: 'demo',
  args: [commandLine, 'demo', '--ingest', `http://${host}:${ports.ingest}`, '--state', dataDir, '--with-parent'],
  env: { TRUNKLINE_API_KEY: credentials.switch_key.secret },
  readiness: { kind: 'started' },
});
