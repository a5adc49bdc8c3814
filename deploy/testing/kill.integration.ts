import assert from 'node:assert/strict';
import process from 'node:process';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../runtime/testing/until.ts';
import { type Installation, newDataDir, removeDataDir, startInstallation } from './installation.ts';
import { type Load, startLoad } from './load.ts';
import { storedTotals } from './stored-totals.ts';
import { callsOfApi, expectedTotals, saidByTruth, settled } from './told.ts';

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
  'processor-notifications',
  'processor-redrive',
  'processor-agents',
  'processor-completeness',
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
  assert.deepEqual(await settled(first.run(), expected), expected);
  assert.deepEqual(await callsOfApi(first.run().api, key), saidByTruth(truths));

  first.kill('SIGTERM');
  const { code, output } = await first.ended;
  assert.equal(code, 0, output);

  const second = await startInstallation({ dataDir, portBase: first.portBase });
  running = second;
  assert.deepEqual(await storedTotals(second.run()), expected);
  assert.deepEqual(await callsOfApi(second.run().api, key), saidByTruth(truths));
  second.kill('SIGTERM');
  assert.equal((await second.ended).code, 0);
  running = null;
});
