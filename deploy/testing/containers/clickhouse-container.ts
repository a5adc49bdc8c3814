import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import type { ClickHouseAddress } from '../engines.ts';
import { freePort } from './free-port.ts';
import { dockerHost, engineImage, startContainer } from './start-container.ts';

export const clickhouseImage = engineImage(
  'ClickHouse',
  'TRUNKLINE_TEST_CLICKHOUSE_IMAGE',
  'clickhouse/clickhouse-server:26.7',
);

export type ClickHouseContainer = ClickHouseAddress & { readonly container: StartedTestContainer };

const port = 8123;

/** One server; its port on the host stays when the container is started again. */
export const startClickHouseContainer = async (): Promise<ClickHouseContainer> => {
  const login = { user: 'trunkline', password: 'clickhouse-password' };
  const hostPort = await freePort();
  const container = new GenericContainer(clickhouseImage.image)
    .withEnvironment({ CLICKHOUSE_USER: login.user, CLICKHOUSE_PASSWORD: login.password })
    .withExposedPorts({ container: port, host: hostPort })
    .withWaitStrategy(Wait.forHttp('/ping', port));
  const started = await startContainer(clickhouseImage, container);
  return { container: started, url: `http://${await dockerHost()}:${hostPort}`, ...login };
};
