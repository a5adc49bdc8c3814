import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { migrate } from '../deploy/migrate/migrate.ts';
import { engineEnvironment } from '../deploy/testing/engine-environment.ts';
import { startEngines } from '../deploy/testing/engines.ts';
import { createClickHouse } from '../runtime/clickhouse.ts';
import { readConfig } from '../runtime/config.ts';
import { createKafka, createPublisher } from '../runtime/kafka.ts';
import { createLogger } from '../runtime/logger.ts';
import { until } from '../runtime/testing/until.ts';
import { newSecret, secretHash } from '../schemas/api-keys.ts';
import { encodeDirectoryEvent } from '../schemas/directory.ts';
import { topics } from '../schemas/topics.ts';
import { settings } from './settings.ts';

const engines = await startEngines({ kafka: true, clickhouse: true, s3: true });
const name = `service_${process.pid}`;
const env = {
  ...engineEnvironment(engines, name),
  TRUNKLINE_HTTP_PORT: '0',
};
const config = readConfig(settings, env);
const logger = createLogger('test', 'silent');
const main = fileURLToPath(new URL('../deploy/cli/main.ts', import.meta.url));
const processes: ChildProcess[] = [];
const secret = newSecret();

type Api = {
  readonly child: ChildProcess;
  readonly ask: (path: string, options?: { method?: string; key?: string; body?: object }) => Promise<Response>;
};

const startApi = async (more: Record<string, string> = {}): Promise<Api> => {
  const child = spawn(process.execPath, [main, 'api', '--with-parent'], {
    env: { ...process.env, ...env, ...more },
    stdio: ['pipe', 'inherit', 'pipe'],
  });
  processes.push(child);
  assert.ok(child.stderr);
  for await (const line of createInterface({ input: child.stderr })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    if (msg !== 'listening') continue;
    const ask: Api['ask'] = async (path, { method = 'GET', key = secret, body } = {}) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { 'x-api-key': key, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    await knowsKeys(ask);
    return { child, ask };
  }
  throw new Error('the API ended before it listened');
};

/** It listens before it has read the directory. */
const knowsKeys = async (ask: Api['ask']): Promise<void> =>
  until(async () => {
    const { checks } = (await (await ask('/readyz')).json()) as { checks: { directory: string } };
    return checks.directory === 'ok';
  });

const end = async (child: ChildProcess): Promise<unknown> => {
  if (child.exitCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  return ((await exited) as unknown[])[0];
};

before(async () => {
  await migrate(env, () => undefined);
  const publisher = await createPublisher(createKafka(config, logger));
  const change = {
    key_id: `key_${name}`,
    name: 'root',
    secret_sha256: secretHash(secret),
    scopes: ['*'],
    switch_id: null,
  };
  const value = encodeDirectoryEvent({
    proposal_id: randomUUID(),
    occurred_at: 1,
    tenant_id: name,
    actor: 'test',
    type: 'key.created',
    change,
  });
  await publisher.publish([{ topic: topics.directoryEvents, key: name, value }]);
  await publisher.stop();
});

after(async () => {
  await Promise.all(processes.map(end));
  const clickhouse = createClickHouse({ ...config, clickhouseDatabase: 'default' }, logger);
  await clickhouse.command(`DROP DATABASE ${name}`);
  await clickhouse.close();
  await engines.stop();
});

test('serves, is ready, and stops cleanly', { timeout: 60_000 }, async () => {
  const { child, ask } = await startApi();
  assert.deepEqual(await (await ask('/readyz')).json(), {
    ready: true,
    checks: { clickhouse: 'ok', object_store: 'ok', directory: 'ok' },
  });
  for (const path of [
    '/v1/calls',
    '/v1/recordings',
    '/v1/quarantine',
    '/v1/api-keys',
    '/livez',
    '/docs/',
    '/v1/openapi.json',
  ]) {
    assert.equal((await ask(path)).status, 200, path);
  }
  assert.match(
    await (await ask('/metrics')).text(),
    /trunkline_http_request_duration_seconds_count\{.*route="\/v1\/calls".* 1\n/,
  );
  assert.equal(await end(child), 0);
});

test('a new key works at once in every process, and in none once it is revoked', { timeout: 60_000 }, async () => {
  const [one, other] = await Promise.all([startApi(), startApi()]);
  const created = await one.ask('/v1/api-keys', { method: 'POST', body: { name: 'Reports', scopes: ['calls:read'] } });
  assert.equal(created.status, 201);
  const { data } = (await created.json()) as { data: { id: string; key: string } };
  const statuses = async (status: number): Promise<void> => {
    assert.equal((await one.ask('/v1/calls', { key: data.key })).status, status);
    // The other process follows the log on its own.
    while ((await other.ask('/v1/calls', { key: data.key })).status !== status);
  };
  await statuses(200);
  assert.equal((await one.ask('/v1/api-keys', { key: data.key })).status, 403);
  assert.equal((await one.ask(`/v1/api-keys/${data.id}`, { method: 'DELETE' })).status, 204);
  await statuses(401);
});

test('without its tables it stays up, says so and asks to try again', { timeout: 60_000 }, async () => {
  const { ask } = await startApi({ TRUNKLINE_CLICKHOUSE_URL: 'http://127.0.0.1:1' });
  const refused = await ask('/v1/calls');
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1']);
  assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'UNAVAILABLE');
  const ready = await ask('/readyz');
  assert.equal(ready.status, 503);
  assert.partialDeepStrictEqual(await ready.json(), {
    ready: false,
    checks: { clickhouse: 'failing', directory: 'ok' },
  });
  assert.equal((await ask('/livez')).status, 200);
});
