import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { createApiClient } from '../../feed/api-client.ts';
import { startLoad } from '../load.ts';
import { callsOfApi, expectedTotals, saidByTruth, settled } from '../told.ts';
import { composeProcesses, type ComposeProcess } from './compose-file.ts';
import { docker } from './docker.ts';
import { type EngineContainers, startEngineContainers } from './engine-containers.ts';
import { freePort } from './free-port.ts';
import { type TrunklineContainers, trunklineContainers, trunklineImage } from './trunkline-image.ts';

const skip = process.platform === 'linux' ? false : 'containers share this machine’s addresses on Linux only';

suite('the image, run as deploy/compose/production.yaml runs it', { skip, timeout: 600_000 }, () => {
  let engines: EngineContainers;
  let trunkline: TrunklineContainers;
  let key: string;
  const containers = new Map<string, string>();
  const urls = new Map<string, string>();

  before(async () => {
    const image = await trunklineImage();
    engines = await startEngineContainers();
    trunkline = trunklineContainers(image, engines);
  });
  after(async () => {
    await trunkline?.remove();
    await engines?.stop();
  });

  const { migrate, ...processes } = Object.fromEntries(composeProcesses('production.yaml'));
  const once = migrate as ComposeProcess;
  const urlOf = (name: string): string => urls.get(name) as string;

  test('explains itself, prepares the engines, makes a key', async () => {
    assert.match(await trunkline.run(once, '--help'), /Usage: trunkline/);
    assert.match(await trunkline.run(once), /tables: made/);
    assert.match(await trunkline.run(once), /tables: up to date/);
    const printed = await trunkline.run(once, ...'keys create --tenant demo --name image --scopes *'.split(' '));
    key = /^secret +(\S+)$/m.exec(printed)?.[1] as string;
    assert.ok(key, printed);
  });

  test('every process becomes healthy, as a user without rights on a root it cannot write', async () => {
    for (const [name, process] of Object.entries(processes)) {
      const port = await freePort();
      containers.set(name, await trunkline.start(process, port));
      urls.set(name, `http://127.0.0.1:${port}`);
    }
    for (const [name, container] of containers)
      await until(async () =>
        (await docker('inspect', '--format', `${name} {{.State.Health.Status}}`, container)).endsWith(' healthy'),
      );
    const ingest = containers.get('ingest-1') as string;
    assert.equal(await docker('exec', ingest, 'id', '-u'), '10001');
    await assert.rejects(docker('exec', ingest, 'touch', '/app/written'), /Read-only file system/);
    await docker('exec', ingest, 'touch', '/data/written');
    assert.match(await docker('exec', ingest, 'grep', 'CapEff', '/proc/1/status'), /0{16}$/);
    assert.doesNotMatch(await docker('inspect', ingest), new RegExp(engines.s3.secretAccessKey));
  });

  test('calls and recordings sent to it are listed, and download', async () => {
    const startUs = (Date.now() - 3_600_000) * 1000;
    const loads = [...urls.keys()]
      .filter((name) => name.startsWith('ingest-'))
      .map((name) => startLoad({ ingest: urlOf(name), key, seed: name, startUs, callsPerSecond: 5 }));
    assert.equal(loads.length, 3);
    await until(() => loads.every((load) => load.accepted() >= 20));
    const told = await Promise.all(loads.map(async (load) => load.finish()));
    const truths = told.flatMap((one) => one.truths);
    const badRecords = told.reduce((sum, one) => sum + one.badRecords, 0);
    const expected = expectedTotals(truths, badRecords);
    const { url, user: username, password } = engines.clickhouse;
    const where = { clickhouse: { url, username, password, database: 'trunkline' } };
    assert.deepEqual(await settled(where, expected), expected);
    assert.deepEqual(await callsOfApi(urlOf('api'), key), saidByTruth(truths));
    const client = createApiClient(urlOf('api'), key);
    const page = await client.get<{ data: { download_url: string; size_bytes: number }[] }>('/v1/recordings?limit=1');
    const [recording] = page?.data ?? [];
    const answer = await fetch(recording?.download_url ?? '');
    assert.equal((await answer.arrayBuffer()).byteLength, recording?.size_bytes);
  });

  test('SIGTERM ends each well', async () => {
    const ends = [...containers].map(async ([name, container]) => {
      await docker('stop', '--time', String(processes[name]?.stopSeconds), container);
      return [name, await docker('inspect', '--format', '{{.State.ExitCode}}', container)];
    });
    for (const [name, code] of await Promise.all(ends)) assert.equal(code, '0', name);
  });
});
