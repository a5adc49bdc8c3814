import { docker } from '../../deploy/testing/containers/docker.ts';
import { startEngineContainers } from '../../deploy/testing/containers/engine-containers.ts';
import { startServices } from '../../deploy/testing/containers/services.ts';
import { connected, type Installation } from './installation.ts';

/** The same processes as `trunkline up` starts, on engines in containers on this machine. */
export const startOnContainers = async (): Promise<Installation> => {
  const engines = await startEngineContainers();
  const services = await startServices(engines, 1);
  const [replica] = services.replicas;
  if (replica === undefined) throw new Error('no services were started');
  const enginePids: Record<string, number> = {};
  for (const name of ['kafka', 'clickhouse', 's3'] as const) {
    const id = engines[name].container.getId();
    enginePids[name] = Number(await docker('inspect', '--format', '{{.State.Pid}}', id));
  }
  const processes = replica.pids();
  const run = {
    api: replica.api,
    ingest: replica.ingest,
    api_key: services.key,
    kafka: engines.kafka.address,
    clickhouse: services.clickhouse,
    processes,
  };
  return connected(run, { ...enginePids, ...processes }, null, async () => {
    await services.stop();
    await engines.stop();
  });
};
