/** What docs/operations.md says of backups, done: a copy started elsewhere, and tables built anew from the log. */
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../../runtime/testing/until.ts';
import {
  endInstallation,
  type Installation,
  newDataDir,
  removeDataDir,
  startInstallation,
  type StartOptions,
} from './installation.ts';
import { startLoad } from './load.ts';
import { tableHashes } from './table-hashes.ts';
import { callsOfApi, expectedTotals, recordingHashes, settled } from './told.ts';

const [original, copy] = [newDataDir(), newDataDir()];
let running: Installation | undefined;
after(async () => {
  await endInstallation(running, copy);
  removeDataDir(original);
});

const start = async (options: StartOptions): Promise<Installation> => {
  running = await startInstallation(options);
  return running;
};

const stop = async (installation: Installation): Promise<void> => {
  installation.kill('SIGTERM');
  assert.equal((await installation.ended).code, 0);
  running = undefined;
};

/** Of the tables that processors make of the log: those of calls, recordings and refused records. */
const tables = ['calls', 'call_events', 'call_anchors', 'recordings', 'quarantined_records'];

const storedBytes = async (installation: Installation) => tableHashes(installation.run(), tables);

const recordingsOf = async (installation: Installation) => {
  const { api, api_key: key } = installation.run();
  return recordingHashes(api, key);
};

const callsOf = async (installation: Installation) => {
  const { api, api_key: key } = installation.run();
  return callsOfApi(api, key);
};

test('a copy of the folder of one that was stopped is the same installation, wherever it is started', {
  timeout: 240_000,
}, async () => {
  const first = await start({ dataDir: original });
  const { ingest, api_key: key } = first.run();
  const startUs = (Date.now() - 7_200_000) * 1000;
  const load = startLoad({ ingest, key, seed: `restore ${startUs}`, startUs, callsPerSecond: 20 });
  await until(() => load.accepted() >= 60);
  const { truths, badRecords } = await load.finish();
  const expected = expectedTotals(truths, badRecords);
  assert.deepEqual(await settled(first.run(), expected), expected);
  const before = [await callsOf(first), await recordingsOf(first), await storedBytes(first)];
  await stop(first);
  cpSync(original, copy, { recursive: true, preserveTimestamps: true });
  const second = await start({ dataDir: copy });
  assert.deepEqual([await callsOf(second), await recordingsOf(second), await storedBytes(second)], before);
  await stop(second);
});

test('without its ClickHouse the tables of calls, recordings and refused records come back from the log, byte for byte', {
  timeout: 240_000,
}, async () => {
  const whole = await start({ dataDir: copy });
  const before = [await callsOf(whole), await recordingsOf(whole), await storedBytes(whole)];
  await stop(whole);
  rmSync(join(copy, 'clickhouse'), { recursive: true });
  // All that make tables read the log from its beginning; notifications stays where it is, so that nothing is told again.
  const groups = ['CALLS', 'RECORDINGS', 'QUARANTINE', 'CLOSING', 'AGENTS', 'COMPLETENESS'];
  const env = Object.fromEntries(groups.map((name) => [`TRUNKLINE_${name}_GROUP`, `rebuild-${name.toLowerCase()}`]));
  const rebuilt = await start({ dataDir: copy, env });
  await until(async () => JSON.stringify(await storedBytes(rebuilt)) === JSON.stringify(before[2])).catch(
    () => undefined,
  );
  assert.deepEqual([await callsOf(rebuilt), await recordingsOf(rebuilt), await storedBytes(rebuilt)], before);
  await stop(rebuilt);
});
