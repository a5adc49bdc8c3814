/**
 * What docs/operations.md says of upgrades, done: the present code on the data folder that an older version left
 * behind when it was killed while Kafka was away (leave-behind.ts makes such folders).
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../../runtime/testing/until.ts';
import { createApiClient } from '../../feed/api-client.ts';
import {
  endInstallation,
  type Installation,
  newDataDir,
  startInstallation,
  type StartOptions,
} from '../installation.ts';
import { startLoad } from '../load.ts';
import { queryRow } from '../stored-totals.ts';
import { callsOfApi, recordingHashes, type Said, saidByTruth } from '../told.ts';
import type { LeftBehind } from './left-behind.ts';

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const versions = readdirSync(beside('.'))
  .filter((file) => file.endsWith('.tar.gz'))
  .map((file) => file.slice(0, -'.tar.gz'.length));

const access = ({ run }: Installation): [api: string, key: string] => [run().api, run().api_key];

/** Resolves when the API says this of these calls, and knows no others. */
const untilSaid = async (installation: Installation, expected: ReadonlyMap<string, Said>): Promise<void> => {
  await until(async () => (await callsOfApi(...access(installation))).size >= expected.size).catch(() => undefined);
  assert.deepEqual(await callsOfApi(...access(installation)), expected);
};

/** What the account of everything that was sent says is lost; negative where something counts twice. */
const unaccounted = async (installation: Installation, { from, to }: LeftBehind): Promise<number> => {
  const account = await createApiClient(...access(installation)).get<{ data: { totals: { unaccounted: number } } }>(
    `/v1/audit/completeness?from=${from}&to=${to}`,
  );
  return account?.data.totals.unaccounted ?? Number.NaN;
};

for (const version of versions) {
  suite(`from ${version}`, { timeout: 240_000 }, () => {
    const left = JSON.parse(readFileSync(beside(`${version}.json`), 'utf8')) as LeftBehind;
    const dataDir = newDataDir();
    execFileSync('tar', ['-xzf', beside(`${version}.tar.gz`), '-C', dataDir]);
    let running: Installation | undefined;
    after(async () => endInstallation(running, dataDir));
    const start = async (options: Omit<StartOptions, 'dataDir'> = {}): Promise<Installation> => {
      running?.kill('SIGTERM');
      await running?.ended;
      running = await startInstallation({ dataDir, ...options });
      return running;
    };
    const expected = new Map<string, Said>();

    test('calls, audio and refused records are as they were; what waited on disk came; live goes on', async () => {
      const installation = await start();
      const [api, key] = access(installation);
      for (const { call_uuid, disposition, direction, duration_ms } of left.calls)
        expected.set(call_uuid, { disposition, direction, duration_ms });
      for (const [callKey, said] of Object.entries(left.spooled)) expected.set(callKey, said);
      await untilSaid(installation, expected);
      const client = createApiClient(api, key);
      for (const call of left.calls)
        assert.partialDeepStrictEqual((await client.get<{ data: object }>(`/v1/calls/${call.id}`))?.data, call);
      assert.deepEqual(await recordingHashes(api, key), left.recordings);
      const refused = async () =>
        (await client.get<{ data: { id: string }[] }>('/v1/quarantine?limit=1000'))?.data.map(({ id }) => id);
      await until(async () => (await refused())?.length === left.quarantined.length).catch(() => undefined);
      assert.deepEqual((await refused())?.toSorted(), left.quarantined.toSorted());

      const startUs = Date.UTC(2025, 1, 1) * 1000;
      const { ingest } = installation.run();
      const load = startLoad({ ingest, key, seed: 'after the upgrade', startUs, callsPerSecond: 10 });
      await until(() => load.accepted() >= 5);
      const { truths } = await load.finish();
      for (const [callKey, said] of saidByTruth(truths)) expected.set(callKey, said);
      await untilSaid(installation, expected);
    });

    test('the log that the older version wrote, read from its beginning, adds nothing to what is there', async () => {
      const rebuilt = await start({ env: { TRUNKLINE_CALLS_GROUP: 'rebuild-1-calls' } });
      // Rows of older versions do not say their switch, so the account adds up once the last of them is written anew.
      await until(async () => (await unaccounted(rebuilt, left)) === 0).catch(() => undefined);
      assert.equal(await unaccounted(rebuilt, left), 0);
      await untilSaid(rebuilt, expected);
      const sql = 'SELECT count() - uniqExact(call_id, event_id) AS twice FROM call_events FINAL';
      assert.equal((await queryRow<{ twice: number }>(rebuilt.run(), sql)).twice, 0);
    });
  });
}
