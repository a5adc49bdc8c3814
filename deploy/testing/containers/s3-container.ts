import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import type { S3Address } from '../engines.ts';
import { freePort } from './free-port.ts';
import { dockerHost, engineImage, startContainer } from './start-container.ts';

export const s3Image = engineImage('versitygw', 'TRUNKLINE_TEST_S3_IMAGE', 'versity/versitygw:v1.8.0');

export type S3Container = S3Address & { readonly container: StartedTestContainer };

const port = 7070;

/** One gateway on a folder of its own; its port on the host stays when the container is started again. */
export const startS3Container = async (): Promise<S3Container> => {
  const login = { region: 'us-east-1', accessKeyId: 'trunkline', secretAccessKey: 's3-secret' };
  const hostPort = await freePort();
  const serve = `versitygw --port :${port} --region ${login.region} --health /health --iam-dir /tmp/s3/iam --keep-alive --quiet`;
  const container = new GenericContainer(s3Image.image)
    .withEnvironment({ ROOT_ACCESS_KEY: login.accessKeyId, ROOT_SECRET_KEY: login.secretAccessKey })
    .withExposedPorts({ container: port, host: hostPort })
    .withEntrypoint(['/bin/sh', '-c', `mkdir -p /tmp/s3/iam /tmp/s3/data && exec ${serve} posix /tmp/s3/data`])
    .withWaitStrategy(Wait.forHttp('/health', port));
  const started = await startContainer(s3Image, container);
  return { container: started, endpoint: `http://${await dockerHost()}:${hostPort}`, ...login };
};
