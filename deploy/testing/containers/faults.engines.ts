import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { type Load, startLoad } from '../load.ts';
import { callsOfApi, expectedTotals, saidByTruth, settled } from '../told.ts';
import { type EngineContainers, startEngineContainers } from './engine-containers.ts';
import { faults } from './faults.ts';
import { isWell, type Replica, type Services, startServices } from './services.ts';

/** By what a fault of each engine is known to have been felt. */
const feltBy: Readonly<Record<'kafka' | 'clickhouse' | 's3', (one: Replica) => Promise<boolean>>> = {
  kafka: async ({ readiness }) => (await readiness())['ingest']?.said.includes('"kafka":"away"') === true,
  clickhouse: async ({ readiness }) => (await readiness())['api']?.ready === false,
  s3: async ({ readiness }) => (await readiness())['api']?.ready === false,
};

suite('engines fail under load', { timeout: 600_000 }, () => {
  let engines: EngineContainers;
  let services: Services;
  let one: Replica;
  let load: Load;

  before(async () => {
    engines = await startEngineContainers();
    services = await startServices(engines, 1);
    one = services.replicas[0] as Replica;
    const startUs = (Date.now() - 7_200_000) * 1000;
    const { ingest } = one;
    load = startLoad({ ingest, key: services.key, seed: `faults ${startUs}`, startUs, callsPerSecond: 10 });
  });
  after(async () => {
    await services?.stop();
    await engines?.stop();
  });

  const underLoad = async (): Promise<void> => {
    const before = load.accepted();
    await until(() => load.accepted() >= before + 5);
  };
  /** Until the load has met the fault: without an object store it waits with its uploads, else it goes on. */
  const meets = async (engine: keyof typeof feltBy): Promise<void> => {
    const before = load.retries();
    await (engine === 's3' ? until(() => load.retries() > before) : underLoad());
  };

  for (const engine of ['kafka', 'clickhouse', 's3'] as const) {
    for (const [name, fault] of Object.entries(faults)) {
      test(`${engine}: ${name}, felt and got over`, async () => {
        await underLoad();
        const undo = await fault(engines[engine].container);
        await until(async () => feltBy[engine](one));
        await meets(engine);
        await undo();
        await until(async () => isWell(one));
      });
    }
  }

  test('nothing was lost and nothing counts twice', async () => {
    await underLoad();
    const { truths, badRecords } = await load.finish();
    const expected = expectedTotals(truths, badRecords);
    assert.deepEqual(await settled(services, expected), expected);
    assert.deepEqual(await callsOfApi(one.api, services.key), saidByTruth(truths));
  });
});
