import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { until } from '../../../runtime/testing/until.ts';
import { createApiClient } from '../../feed/api-client.ts';
import { startLoad } from '../load.ts';
import { callsOfApi, expectedTotals, saidByTruth, settled } from '../told.ts';
import { docker } from './docker.ts';
import { type EngineContainers, startEngineContainers } from './engine-containers.ts';
import { freePort } from './free-port.ts';
import { type TrunklineContainers, trunklineContainers, trunklineImage } from './trunkline-image.ts';

const skip = process.platform === 'linux' ? false : 'containers share this machine’s addresses on Linux only';

suite('the image, run as the Compose files run it', { skip, timeout: 600_000 }, () => {
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

  const start = async (name: string, ...command: readonly string[]): Promise<void> => {
    const port = await freePort();
    containers.set(name, await trunkline.start(port, ...command));
    urls.set(name, `http://127.0.0.1:${port}`);
  };
  const urlOf = (name: string): string => urls.get(name) as string;

  test('explains itself, prepares the engines, makes a key', async () => {
    assert.match(await trunkline.run(), /Usage: trunkline/);
    assert.match(await trunkline.run('migrate'), /tables: made/);
    assert.match(await trunkline.run('migrate'), /tables: up to date/);
    const printed = await trunkline.run('keys', 'create', '--tenant', 'demo', '--name', 'image', '--scopes', '*');
    key = /^secret +(\S+)$/m.exec(printed)?.[1] as string;
    assert.ok(key, printed);
  });

  test('every process becomes healthy, as a user without rights on a root it cannot write', async () => {
    await start('ingest', 'ingest');
    await start('api', 'api');
    for (const processor of ['calls', 'recordings', 'quarantine']) await start(processor, 'processor', processor);
    for (const container of containers.values())
      await until(
        async () => (await docker('inspect', '--format', '{{.State.Health.Status}}', container)) === 'healthy',
      );
    const ingest = containers.get('ingest') as string;
    assert.equal(await docker('exec', ingest, 'id', '-u'), '10001');
    await assert.rejects(docker('exec', ingest, 'touch', '/app/written'), /Read-only file system/);
    await docker('exec', ingest, 'touch', '/data/written');
    assert.match(await docker('exec', ingest, 'grep', 'CapEff', '/proc/1/status'), /0{16}$/);
    assert.doesNotMatch(await docker('inspect', ingest), new RegExp(engines.s3.secretAccessKey));
  });

  test('calls and recordings sent to it are listed, and download', async () => {
    const startUs = (Date.now() - 3_600_000) * 1000;
    const load = startLoad({ ingest: urlOf('ingest'), key, seed: 'image', startUs, callsPerSecond: 10 });
    await until(() => load.accepted() >= 20);
    const { truths, badRecords } = await load.finish();
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
    for (const [name, container] of containers) {
      await docker('stop', '--time', '30', container);
      assert.equal(await docker('inspect', '--format', '{{.State.ExitCode}}', container), '0', name);
    }
  });
});
