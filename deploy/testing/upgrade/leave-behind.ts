/**
 * Makes what upgrade.system.ts starts the present code on: the data folder that another version of Trunkline leaves
 * behind when it is killed while Kafka is away, and what that version said of its calls.
 *
 *     node deploy/testing/upgrade/leave-behind.ts CHECKOUT NAME
 *
 * CHECKOUT is a folder with the code of that version and its packages; NAME.tar.gz and NAME.json are written here.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { until } from '../../../runtime/testing/until.ts';
import { callCentre } from '../../demo/call-centre.ts';
import { createApiClient } from '../../feed/api-client.ts';
import { createIngestClient } from '../../feed/ingest-client.ts';
import { type Installation, newDataDir, removeDataDir, startInstallation } from '../installation.ts';
import { startLoad } from '../load.ts';
import { callsOfApi, recordingHashes, saidByTruth } from '../told.ts';
import type { LeftBehind } from './left-behind.ts';

const [checkout, name] = process.argv.slice(2);
if (checkout === undefined || name === undefined) throw new Error('name the checkout and the files');

/** Long ago, so that no clock that the test runs by takes the calls for calls to come. */
const startUs = Date.UTC(2025, 0, 15, 9) * 1000;

const sendLoad = async ({ run }: Installation) => {
  const { api, ingest, api_key: key } = run();
  const load = startLoad({ ingest, key, seed: `upgrade from ${name}`, startUs, callsPerSecond: 10 });
  await until(() => load.accepted() >= 10);
  const { truths } = await load.finish();
  const recordings = truths.filter((truth) => truth.has_recording).length;
  const client = createApiClient(api, key);
  await until(async () => {
    const page = await client.get<{ data: unknown[] }>('/v1/recordings?limit=1000&status=available');
    return page?.data.length === recordings && (await callsOfApi(api, key)).size === truths.length;
  });
};

const answersOf = async ({ run }: Installation): Promise<Pick<LeftBehind, 'calls' | 'recordings' | 'quarantined'>> => {
  const { api, api_key: key } = run();
  const client = createApiClient(api, key);
  const list = async <Item extends { id: string }>(path: string) =>
    (await client.get<{ data: Item[] }>(`${path}?limit=1000`))?.data ?? [];
  return {
    calls: await list<LeftBehind['calls'][number]>('/v1/calls'),
    recordings: await recordingHashes(api, key),
    quarantined: (await list('/v1/quarantine')).map(({ id }) => id),
  };
};

/** Calls that ingest accepts while Kafka is away. */
const spool = async ({ dataDir, run }: Installation): Promise<LeftBehind['spooled']> => {
  const { ingest, api_key: key, processes } = run();
  process.kill(processes['kafka'] as number, 'SIGSTOP');
  const centre = callCentre(`spooled by ${name}`);
  const calls = Array.from({ length: 5 }, (_, index) => centre.callAt(index, startUs + index * 10_000));
  const content = JSON.stringify(calls.flatMap(({ events }) => events.map(({ event }) => event)));
  await createIngestClient({ url: ingest, key }).send('/v1/ingest/freeswitch/events', {
    content,
    contentType: 'application/json',
  });
  await until(() => readdirSync(join(dataDir, 'spool')).some((file) => file.endsWith('.spool')));
  return Object.fromEntries(saidByTruth(calls.map(({ truth }) => truth)));
};

const killAll = async ({ kill, run, ended }: Installation): Promise<void> => {
  const pids = Object.values(run().processes);
  kill('SIGKILL');
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await ended;
};

const dataDir = newDataDir();
const from = new Date().toISOString();
const installation = await startInstallation({ dataDir, commandLine: join(checkout, 'deploy/cli/trunkline.mjs') });
await sendLoad(installation);
const answers = await answersOf(installation);
const spooled = await spool(installation);
const left: LeftBehind = { from, to: new Date().toISOString(), ...answers, spooled };
await killAll(installation);
const file = (ending: string): string => fileURLToPath(new URL(`${name}.${ending}`, import.meta.url));
execFileSync('tar', ['-czf', file('tar.gz'), '--exclude=./logs', '--exclude=./compile-cache', '-C', dataDir, '.']);
writeFileSync(file('json'), `${JSON.stringify(left)}\n`);
removeDataDir(dataDir);
