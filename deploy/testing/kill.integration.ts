import assert from 'node:assert/strict';
import process from 'node:process';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type CallTruth, totalsOf } from '../demo/truth.ts';
import { createApiClient } from '../feed/api-client.ts';
import type { ApiCall } from '../feed/api-client.ts';
import { type Installation, newDataDir, removeDataDir, startInstallation, until } from './installation.ts';
import { type Load, startLoad } from './load.ts';
import { type StoredTotals, storedTotals } from './stored-totals.ts';

const dataDir = newDataDir();
let running: Installation | null = null;
after(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
  await delay(1000);
  removeDataDir(dataDir);
});

const victims = [
  'kafka',
  'clickhouse',
  's3',
  'ingest',
  'processor-calls',
  'processor-recordings',
  'processor-quarantine',
  'processor-closing',
  'processor-redrive',
  'api',
];

/** Kills one process of an installation in the middle of the load, and sees it back with its process id told. */
const killInTurn = async (installation: Installation, load: Load, victim: string): Promise<void> => {
  const before = load.accepted();
  await until(() => load.accepted() >= before + 5);
  const pid = installation.run().processes[victim] as number;
  process.kill(pid, 'SIGKILL');
  await until(() => installation.output().includes(`${victim} is back`));
  const { processes } = installation.run();
  assert.notEqual(processes[victim], pid, `${victim} in run.json`);
  for (const [name, id] of Object.entries(processes))
    assert.doesNotThrow(() => process.kill(id, 0), `${name} in run.json does not run`);
};

const expectedTotals = (truths: readonly CallTruth[], badRecords: number): StoredTotals => {
  const { calls, duration_ms, talk_ms, recordings } = totalsOf(truths);
  return {
    calls,
    duration_ms,
    talk_ms,
    ended: calls,
    with_recording: recordings,
    recordings,
    orphans: 0,
    quarantined: badRecords,
  };
};

/** Waits until the tables hold what was told, or no more comes; gives what they hold. */
const settled = async (installation: Installation, expected: StoredTotals): Promise<StoredTotals> => {
  const patienceMs = 30_000;
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const stored = await storedTotals(installation.run());
    const text = JSON.stringify(stored);
    if (text === JSON.stringify(expected) || performance.now() - changedAt > patienceMs) return stored;
    if (text !== last) changedAt = performance.now();
    last = text;
    await delay(250);
  }
};

type Said = Pick<CallTruth, 'disposition' | 'direction' | 'duration_ms'>;

/** Every call as the API says it, by call key. */
const callsOfApi = async (installation: Installation): Promise<Map<string, Said>> => {
  const { api, api_key } = installation.run();
  const calls = new Map<string, Said>();
  let path: string | null = '/v1/calls?limit=1000';
  while (path !== null) {
    const page: { data: ApiCall[]; links: { next: string | null } } | null = await createApiClient(api, api_key).get(
      path,
    );
    for (const { call_uuid, disposition, direction, duration_ms } of page?.data ?? [])
      calls.set(call_uuid, { disposition, direction, duration_ms } as Said);
    path = page?.links.next ?? null;
  }
  return calls;
};

const saidByTruth = (truths: readonly CallTruth[]): Map<string, Said> =>
  new Map(
    truths.map(({ call_key, disposition, direction, duration_ms }) => [
      call_key,
      { disposition, direction, duration_ms },
    ]),
  );

test('kill -9 of each process in turn under load: nothing is lost and nothing counts twice', {
  timeout: 240_000,
}, async () => {
  const first = await startInstallation({ dataDir });
  running = first;
  const { ingest, api_key: key } = first.run();
  const startUs = (Date.now() - 7_200_000) * 1000;
  const load = startLoad({ ingest, key, seed: `kill ${startUs}`, startUs, callsPerSecond: 20 });
  for (const victim of victims) await killInTurn(first, load, victim);
  const { truths, badRecords } = await load.finish();
  assert.ok(load.retries() > 0, 'no kill was felt');

  const expected = expectedTotals(truths, badRecords);
  assert.deepEqual(await settled(first, expected), expected);
  assert.deepEqual(await callsOfApi(first), saidByTruth(truths));

  first.kill('SIGTERM');
  const { code, output } = await first.ended;
  assert.equal(code, 0, output);

  const second = await startInstallation({ dataDir, portBase: first.portBase });
  running = second;
  assert.deepEqual(await storedTotals(second.run()), expected);
  assert.deepEqual(await callsOfApi(second), saidByTruth(truths));
  second.kill('SIGTERM');
  assert.equal((await second.ended).code, 0);
  running = null;
});
