import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { until } from '../../../runtime/testing/until.ts';
import { migrate } from '../../migrate/migrate.ts';
import { type Credentials, loadCredentials } from '../../up/credentials.ts';
import { connectionEnvironment } from '../../up/environment.ts';
import { createFleet, type Fleet } from '../../up/fleet.ts';
import { ensureOwnKeys } from '../../up/own-keys.ts';
import { describeInstallation, serviceSpecs } from '../../up/plan.ts';
import { portsFrom } from '../../up/ports.ts';
import type { RunFile } from '../../up/run-file.ts';
import { freePortBase, isAlive } from '../installation.ts';
import type { EngineContainers } from './engine-containers.ts';

/** Trunkline's services, one of each, supervised as `trunkline up` does. */
export type Replica = {
  readonly api: string;
  readonly ingest: string;
  /** Names of its services. */
  readonly services: readonly string[];
  readonly pids: () => Readonly<Record<string, number>>;
  /** Whether each service is ready, and what it says of that. */
  readonly readiness: () => Promise<Readonly<Record<string, Readiness>>>;
  /** Kills a service with -9, once it runs; its supervisor starts it again. */
  readonly kill: (service: string) => Promise<void>;
};
export type Readiness = { readonly ready: boolean; readonly said: string };

export type Services = {
  readonly replicas: readonly Replica[];
  readonly key: string;
  readonly clickhouse: RunFile['clickhouse'];
  readonly stop: () => Promise<void>;
};

/** As many of each of Trunkline's services as wanted, side by side on the same engines. */
export const startServices = async (engines: EngineContainers, replicas: number): Promise<Services> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'trunkline-services-'));
  const credentials = loadCredentials(dataDir);
  const connections = connectionsOf(engines);
  const env = { ...process.env, ...connectionEnvironment(connections) };
  await migrate(env, () => {});
  await ensureOwnKeys(env, credentials);
  const fleets: Fleet[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(fleets.map((fleet) => fleet.stop(20_000)));
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  const start = async (number: number): Promise<Replica> => {
    const folder = join(dataDir, String(number));
    mkdirSync(folder);
    const fleet = createFleet(folder, () => {});
    fleets.push(fleet);
    return startReplica(fleet, { dataDir: folder, credentials, connections });
  };
  try {
    const started: Replica[] = [];
    for (let number = 0; number < replicas; number++) started.push(await start(number));
    return { replicas: started, key: credentials.api_key.secret, clickhouse: connections.clickhouse, stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

type Connections = Pick<RunFile, 'kafka' | 'clickhouse' | 's3'>;
type Place = { readonly dataDir: string; readonly credentials: Credentials; readonly connections: Connections };

const startReplica = async (fleet: Fleet, { connections, ...place }: Place): Promise<Replica> => {
  const ports = portsFrom(await freePortBase());
  const installation = { ...place, ports };
  const specs = serviceSpecs(installation).map((spec) => ({
    ...spec,
    env: { ...spec.env, ...connectionEnvironment(connections) },
  }));
  await fleet.start(specs);
  const { api, ingest } = describeInstallation(installation);
  const probes = specs.map(({ name, readiness }) => [name, readiness.kind === 'probe' ? readiness.url : ''] as const);
  return {
    api,
    ingest,
    services: specs.map(({ name }) => name),
    pids: () => fleet.pids(),
    readiness: async () =>
      Object.fromEntries(await Promise.all(probes.map(async ([name, url]) => [name, await readinessAt(url)]))),
    kill: async (service) => {
      const pid = (): number => fleet.pids()[service] as number;
      await until(() => isAlive(pid()));
      process.kill(pid(), 'SIGKILL');
    },
  };
};

/** Whether everything works and nothing waits to be published. */
export const isWell = async ({ readiness }: Replica): Promise<boolean> => {
  const services = Object.values(await readiness());
  return (
    services.every(({ ready }) => ready) && !services.some(({ said }) => /"kafka":"away"|wait for Kafka/.test(said))
  );
};

const readinessAt = async (url: string): Promise<Readiness> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return { ready: response.ok, said: await response.text() };
  } catch (error) {
    return { ready: false, said: String(error) };
  }
};

const connectionsOf = ({ kafka, clickhouse, s3 }: EngineContainers): Connections => {
  const name = 'trunkline';
  return {
    kafka: kafka.address,
    clickhouse: { url: clickhouse.url, username: clickhouse.user, password: clickhouse.password, database: name },
    s3: {
      endpoint: s3.endpoint,
      bucket: name,
      region: s3.region,
      access_key_id: s3.accessKeyId,
      secret_access_key: s3.secretAccessKey,
    },
  };
};
