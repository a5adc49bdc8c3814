import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { readConfig } from '../../../runtime/config.ts';
import { createKafka, createPublisher, runBatches } from '../../../runtime/kafka.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { createMetrics } from '../../../runtime/metrics.ts';
import { createObjectStore } from '../../../runtime/s3.ts';
import { kafkaSettings, s3Settings } from '../../../runtime/settings.ts';
import { topics } from '../../../schemas/topics.ts';
import { runCommand } from '../installation.ts';
import { type EngineContainers, startEngineContainers } from './engine-containers.ts';
import { kafkaLogin } from './kafka-container.ts';
import { startTlsProxy } from './tls-proxy.ts';

type Env = Readonly<Record<string, string>>;

const logger = createLogger('test', 'silent');
const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;

suite('TLS, logins and where keys come from', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-access-'));
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  let engines: EngineContainers;
  let secure: Env;

  before(async () => {
    engines = await startEngineContainers();
    closing.unshift(async () => engines.stop());
    const { kafka, clickhouse, s3, certificates } = engines;
    const authority = join(folder, 'authority.pem');
    writeFileSync(authority, certificates.authority);
    const proxies = [await startTlsProxy(clickhouse.url, certificates), await startTlsProxy(s3.endpoint, certificates)];
    for (const { stop } of proxies) closing.unshift(stop);
    secure = {
      TRUNKLINE_KAFKA_BROKERS: kafka.secureAddress,
      TRUNKLINE_KAFKA_TLS: 'true',
      TRUNKLINE_KAFKA_TLS_CA_FILE: authority,
      TRUNKLINE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
      TRUNKLINE_KAFKA_SASL_USERNAME: kafkaLogin.username,
      TRUNKLINE_KAFKA_SASL_PASSWORD: kafkaLogin.password,
      TRUNKLINE_CLICKHOUSE_URL: proxies[0]?.url ?? '',
      TRUNKLINE_CLICKHOUSE_USER: clickhouse.user,
      TRUNKLINE_CLICKHOUSE_PASSWORD: clickhouse.password,
      TRUNKLINE_CLICKHOUSE_TLS_CA_FILE: authority,
      TRUNKLINE_S3_ENDPOINT: proxies[1]?.url ?? '',
      TRUNKLINE_S3_TLS_CA_FILE: authority,
      TRUNKLINE_S3_ACCESS_KEY_ID: s3.accessKeyId,
      TRUNKLINE_S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { code, output } = await migrate({});
    assert.equal(code, 0, output);
  });
  after(async () => {
    for (const close of closing) await close();
  });

  const migrate = async (changes: Env): Promise<{ code: number | null; output: string }> =>
    runCommand(['migrate'], { ...secure, ...changes }).ended;

  for (const mechanism of mechanisms) {
    test(`Kafka over TLS with ${mechanism}: what is published is consumed`, async () => {
      const env = { ...secure, TRUNKLINE_KAFKA_SASL_MECHANISM: mechanism };
      const kafka = createKafka(readConfig(kafkaSettings, env), logger);
      const value = randomUUID();
      const publisher = await createPublisher(kafka);
      await publisher.publish([{ topic: topics.switchEvents, key: 'k', value: Buffer.from(value) }]);
      const seen = Promise.withResolvers<void>();
      const consumer = await runBatches({
        kafka,
        groupId: randomUUID(),
        topics: [topics.switchEvents],
        fromBeginning: true,
        handle: async ({ messages }) => {
          if (messages.some((message) => String(message.value) === value)) seen.resolve();
        },
        logger,
        metrics: createMetrics('test'),
        onFatal: seen.reject,
      });
      await seen.promise;
      await Promise.all([consumer.stop(), publisher.stop()]);
    });
  }

  const refusals: readonly (readonly [what: string, changes: Env, sentence: RegExp])[] = [
    ...mechanisms.map(
      (mechanism) =>
        [
          `Kafka, a wrong password with ${mechanism}`,
          { TRUNKLINE_KAFKA_SASL_MECHANISM: mechanism, TRUNKLINE_KAFKA_SASL_PASSWORD: 'wrong' },
          /^trunkline: Kafka at [\d.:]+ refuses the login: check TRUNKLINE_KAFKA_SASL_USERNAME and TRUNKLINE_KAFKA_SASL_PASSWORD\n$/,
        ] as const,
    ),
    [
      'Kafka, a certificate of an unknown authority',
      { TRUNKLINE_KAFKA_TLS_CA_FILE: '' },
      /^trunkline: Kafka at [\d.:]+ shows a certificate that is not trusted \(.+\): set TRUNKLINE_KAFKA_TLS_CA_FILE to the authority that signed it\n$/,
    ],
    [
      'ClickHouse, a wrong password',
      { TRUNKLINE_CLICKHOUSE_PASSWORD: 'wrong' },
      /^topics: up to date\ntrunkline: ClickHouse at https:[\w.:/]+ refuses the login: check TRUNKLINE_CLICKHOUSE_USER and TRUNKLINE_CLICKHOUSE_PASSWORD\n$/,
    ],
    [
      'ClickHouse, a certificate of an unknown authority',
      { TRUNKLINE_CLICKHOUSE_TLS_CA_FILE: '' },
      /^topics: up to date\ntrunkline: ClickHouse at https:[\w.:/]+ shows a certificate that is not trusted \(.+\): set TRUNKLINE_CLICKHOUSE_TLS_CA_FILE to the authority that signed it\n$/,
    ],
    [
      'S3, a wrong secret',
      { TRUNKLINE_S3_SECRET_ACCESS_KEY: 'wrong' },
      /\ntrunkline: the object store at https:[\w.:/]+ refuses the login: check TRUNKLINE_S3_ACCESS_KEY_ID and TRUNKLINE_S3_SECRET_ACCESS_KEY\n$/,
    ],
    [
      'S3, temporary keys that are not valid',
      { TRUNKLINE_S3_SESSION_TOKEN: 'of-yesterday' },
      /\ntrunkline: the object store at https:[\w.:/]+ calls the request wrong: check TRUNKLINE_S3_SESSION_TOKEN, TRUNKLINE_S3_REGION and TRUNKLINE_S3_BUCKET\n$/,
    ],
    [
      'S3, no keys anywhere',
      { TRUNKLINE_S3_ACCESS_KEY_ID: '', TRUNKLINE_S3_SECRET_ACCESS_KEY: '' },
      /\ntrunkline: there are no keys for the object store: set TRUNKLINE_S3_ACCESS_KEY_ID and TRUNKLINE_S3_SECRET_ACCESS_KEY, or give this machine a role or an AWS profile\n$/,
    ],
    [
      'S3, a certificate of an unknown authority',
      { TRUNKLINE_S3_TLS_CA_FILE: '' },
      /\ntrunkline: the object store at https:[\w.:/]+ shows a certificate that is not trusted \(.+\): set TRUNKLINE_S3_TLS_CA_FILE to the authority that signed it\n$/,
    ],
  ];
  for (const [what, changes, sentence] of refusals) {
    test(`${what}: one sentence`, async () => {
      const { code, output } = await migrate({ AWS_CONFIG_FILE: '/dev/null', ...changes });
      assert.match(output, sentence);
      assert.equal(code, 1);
    });
  }

  const serve = async (handler: RequestListener): Promise<string> => {
    const server = createServer(handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.unshift(() => server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  // versitygw knows no temporary keys, so this looks at what a store would be sent.
  test('S3 by temporary keys: the session token is in requests and URLs', async () => {
    const token = 'a session+token/=';
    const sent: unknown[] = [];
    const TRUNKLINE_S3_ENDPOINT = await serve(({ headers }, response) => {
      sent.push(headers['x-amz-security-token']);
      response.end();
    });
    const env = { ...secure, TRUNKLINE_S3_ENDPOINT, TRUNKLINE_S3_SESSION_TOKEN: token };
    const store = createObjectStore(readConfig(s3Settings, env), logger);
    assert.equal(await store.ping(), true);
    assert.deepEqual(sent, [token]);
    const url = new URL(await store.presignGet('key', { expiresInSeconds: 60 }));
    assert.equal(url.searchParams.get('X-Amz-Security-Token'), token);
    store.close();
  });

  /** Serves the keys as a container's or an instance's metadata service does; the token is empty for versitygw's sake. */
  const serveKeys = async (): Promise<string> => {
    const { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey } = engines.s3;
    const Expiration = new Date(Date.now() + 3_600_000).toISOString();
    return serve(({ url = '' }, response) => {
      if (url === '/latest/api/token') response.end('token');
      else if (url === '/latest/meta-data/iam/security-credentials/') response.end('a-role');
      else response.end(JSON.stringify({ Code: 'Success', AccessKeyId, SecretAccessKey, Token: '', Expiration }));
    });
  };

  const sources: Readonly<Record<string, () => Promise<Env>>> = {
    'the environment': async () => ({
      AWS_ACCESS_KEY_ID: engines.s3.accessKeyId,
      AWS_SECRET_ACCESS_KEY: engines.s3.secretAccessKey,
    }),
    'a shared profile': async () => {
      const file = join(folder, 'credentials');
      const { accessKeyId, secretAccessKey } = engines.s3;
      writeFileSync(file, `[calls]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`);
      return { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'calls' };
    },
    'a container’s role': async () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${await serveKeys()}/role` }),
    'an instance’s role': async () => ({
      AWS_EC2_METADATA_DISABLED: 'false',
      AWS_EC2_METADATA_SERVICE_ENDPOINT: await serveKeys(),
    }),
  };
  for (const [source, environment] of Object.entries(sources)) {
    test(`S3 with keys from ${source}`, async () => {
      const unset = { TRUNKLINE_S3_ACCESS_KEY_ID: '', TRUNKLINE_S3_SECRET_ACCESS_KEY: '' };
      const bucket = `keys-${randomUUID()}`;
      const { code, output } = await migrate({ ...unset, TRUNKLINE_S3_BUCKET: bucket, ...(await environment()) });
      assert.equal(code, 0, output);
      assert.match(output, new RegExp(`bucket: ${bucket} is there`));
    });
  }
});
