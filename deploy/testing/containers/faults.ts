import type { StartedTestContainer } from 'testcontainers';
import { runtime } from './start-container.ts';

/** Does harm to a container; resolves to what undoes it. */
export type Fault = (container: StartedTestContainer) => Promise<() => Promise<void>>;

export const faults: Readonly<Record<'pause' | 'kill' | 'disconnect', Fault>> = {
  /** The processes stand still; connections stay open and are silent. */
  pause: async (container) => {
    const docker = await dockerContainer(container);
    await docker.pause();
    return async () => void (await docker.unpause());
  },
  /** As kill -9 of every process; connections end, new ones are refused. */
  kill: async (container) => {
    const docker = await dockerContainer(container);
    await docker.kill();
    await docker.wait();
    return async () => void (await docker.start());
  },
  /** The container runs on without a network; packets to it go nowhere. */
  disconnect: async (container) => {
    const networks = await networksOf(container);
    for (const network of networks) await network.disconnect({ Container: container.getId(), Force: true });
    return async () => {
      for (const network of networks) await network.connect({ Container: container.getId() });
    };
  },
};

const dockerContainer = async (container: StartedTestContainer) =>
  (await runtime()).container.getById(container.getId());

const networksOf = async (container: StartedTestContainer) => {
  const { network } = await runtime();
  return container.getNetworkNames().map((name) => network.getById(name));
};
