import { type GenericContainer, getContainerRuntimeClient, type StartedTestContainer } from 'testcontainers';

/** An image that tests run an engine from. */
export type EngineImage = {
  /** As people know it: `Apache Kafka`. */
  readonly engine: string;
  /** The setting that names another image. */
  readonly setting: string;
  readonly image: string;
};

/** The image that `setting` names, or the published one. */
export const engineImage = (engine: string, setting: string, published: string): EngineImage => ({
  engine,
  setting,
  image: process.env[setting] || published,
});

/** Where containers of this machine are reached. Throws with the way out when there is no Docker engine. */
export const dockerHost = async (): Promise<string> => (await runtime()).info.containerRuntime.host;

/** Starts a container and waits until its engine serves; throws with the way out when it does not come up. */
export const startContainer = async (
  { engine, setting, image }: EngineImage,
  container: GenericContainer,
): Promise<StartedTestContainer> => {
  await runtime();
  let log = '';
  try {
    return await container
      .withStartupTimeout(120_000)
      .withLogConsumer((lines) => lines.on('data', (line) => (log = `${log}${String(line)}`.slice(-4000))))
      .start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const wayOut = `\`docker pull ${image}\` fetches it, ${setting} names another image`;
    throw new Error(`${engine} did not come up from the image ${image}: ${reason} (${wayOut})\n${log}`, {
      cause: error,
    });
  }
};

export const runtime = async (): ReturnType<typeof getContainerRuntimeClient> => {
  try {
    return await getContainerRuntimeClient();
  } catch (error) {
    throw new Error('there is no Docker engine: start one, or say where it is in DOCKER_HOST', { cause: error });
  }
};
