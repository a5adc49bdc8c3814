import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { until } from '../../runtime/testing/until.ts';
import { createApiClient } from '../feed/api-client.ts';
import type { Credentials } from '../up/credentials.ts';
import {
  freePortBase,
  type Installation,
  isAlive,
  newDataDir,
  removeDataDir,
  runCommand,
  startInstallation,
} from './installation.ts';

const dataDirs: string[] = [];
const freshDataDir = (): string => {
  dataDirs.push(newDataDir());
  return dataDirs.at(-1) as string;
};
after(() => dataDirs.forEach(removeDataDir));

const names = [
  'api',
  'clickhouse',
  'ingest',
  'kafka',
  'processor-agents',
  'processor-calls',
  'processor-closing',
  'processor-completeness',
  'processor-notifications',
  'processor-quarantine',
  'processor-recordings',
  'processor-redrive',
  's3',
];

const stopped = async (installation: Installation): Promise<void> => {
  const pids = Object.values(installation.run().processes);
  installation.kill('SIGTERM');
  const { code, output } = await installation.ended;
  assert.equal(code, 0, output);
  assert.ok(!existsSync(join(installation.dataDir, 'run.json')), 'run.json is left behind');
  assert.deepEqual(pids.filter(isAlive), []);
};

test('up starts everything, is alone on its folder, restarts what dies and finds its data again', {
  timeout: 120_000,
}, async () => {
  const dataDir = freshDataDir();
  const first = await startInstallation({ dataDir });
  const run = first.run();
  assert.equal(statSync(join(dataDir, 'run.json')).mode & 0o777, 0o600);
  assert.deepEqual(Object.keys(run.processes).sort(), names);
  const curl = /curl -H 'Authorization: Bearer (sk_\S+)' '(http\S+)'/.exec(first.output());
  assert.ok(curl !== null, first.output());
  const shown = await fetch(curl[2] as string, { headers: { authorization: `Bearer ${curl[1]}` } });
  assert.equal(shown.status, 200);

  const second = await runCommand(['up', '--data', dataDir]).ended;
  assert.equal(second.code, 1);
  assert.match(second.output, new RegExp(`process ${first.pid}\\b`));

  const before = run.processes['processor-quarantine'] as number;
  process.kill(before, 'SIGKILL');
  await until(() => first.run().processes['processor-quarantine'] !== before);
  await until(() => /processor-quarantine is back/.test(first.output()));
  assert.match(first.output(), /processor-quarantine \(process \d+\) ended: killed by SIGKILL; its last words:/);

  const keys = await runCommand(['keys', 'list', '--tenant', 'demo', '--data', dataDir]).ended;
  assert.match(keys.output, /first key/);
  await stopped(first);

  const again = await startInstallation({ dataDir, portBase: first.portBase });
  assert.equal(again.run().api_key, run.api_key);
  const answer = await createApiClient(again.run().api, run.api_key).get<{ data: unknown[] }>('/v1/calls');
  assert.deepEqual(answer?.data, []);
  await stopped(again);
});

test('a busy port is named, with the way out', { timeout: 30_000 }, async () => {
  const portBase = await freePortBase();
  const server = createServer().listen(portBase + 3, '127.0.0.1');
  try {
    const { code, output } = await runCommand(['up', '--data', freshDataDir(), '--port-base', String(portBase)]).ended;
    assert.equal(code, 1);
    assert.match(output, new RegExp(`port ${portBase + 3} \\(clickhouse\\)`));
    assert.match(output, /--port-base/);
  } finally {
    server.close();
  }
});

test('when up is killed its processes end by themselves, and the next up takes over, without a key that was revoked', {
  timeout: 120_000,
}, async () => {
  const dataDir = freshDataDir();
  const first = await startInstallation({ dataDir });
  const pids = Object.values(first.run().processes);
  const { api_key } = JSON.parse(readFileSync(join(dataDir, 'credentials.json'), 'utf8')) as Credentials;
  await runCommand(['keys', 'revoke', '--tenant', 'demo', '--data', dataDir, api_key.key_id]).ended;
  first.kill('SIGKILL');
  await first.ended;
  await until(() => !pids.some(isAlive));
  const next = await startInstallation({ dataDir, portBase: first.portBase });
  await until(() => next.output().includes('Trunkline is ready'));
  assert.match(next.output(), /the first one is revoked; make another:\n\n {2}trunkline keys create --tenant demo /);
  assert.doesNotMatch(next.output(), /sk_live_/);
  await stopped(next);
});
