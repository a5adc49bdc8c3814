import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { createRandom } from '../../demo/random.ts';
import { type Load, startLoad } from '../load.ts';
import { queryRow } from '../stored-totals.ts';
import { callsOfApi, expectedTotals, saidByTruth, settled } from '../told.ts';
import { type EngineContainers, startEngineContainers } from './engine-containers.ts';
import { isWell, type Services, startServices } from './services.ts';

const kills = 15;

suite('three of each service side by side', { timeout: 600_000 }, () => {
  let engines: EngineContainers;
  let services: Services;
  let loads: readonly Load[];

  before(async () => {
    engines = await startEngineContainers();
    services = await startServices(engines, 3);
    const startUs = (Date.now() - 7_200_000) * 1000;
    loads = services.replicas.map(({ ingest }, number) =>
      startLoad({ ingest, key: services.key, seed: `${number} ${startUs}`, startUs, callsPerSecond: 5 }),
    );
  });
  after(async () => {
    await services?.stop();
    await engines?.stop();
  });

  test('are killed at random under load', async (t) => {
    const seed = String(Date.now());
    t.diagnostic(`seed ${seed}`);
    const random = createRandom(seed);
    for (let kill = 0; kill < kills; kill++) {
      const accepted = loads.map((load) => load.accepted());
      await until(() => loads.every((load, number) => load.accepted() >= (accepted[number] as number) + 3));
      const replica = random.pick(services.replicas);
      const service = random.pick(replica.services);
      t.diagnostic(`kill -9 of ${service} at ${replica.ingest}`);
      await replica.kill(service);
    }
    for (const replica of services.replicas) await until(async () => isWell(replica));
  });

  test('nothing was lost, nothing counts twice, and every API says the same', async () => {
    const told = await Promise.all(loads.map(async (load) => load.finish()));
    const truths = told.flatMap((one) => one.truths);
    const expected = expectedTotals(
      truths,
      told.reduce((sum, { badRecords }) => sum + badRecords, 0),
    );
    assert.deepEqual(await settled(services, expected), expected);
    for (const { api } of services.replicas) assert.deepEqual(await callsOfApi(api, services.key), saidByTruth(truths));
    const sql = 'SELECT count() AS events, uniqExact(event_id) AS distinct_events FROM call_events FINAL';
    const { events, distinct_events } = await queryRow<Record<'events' | 'distinct_events', number>>(services, sql);
    assert.equal(events, distinct_events);
  });
});
