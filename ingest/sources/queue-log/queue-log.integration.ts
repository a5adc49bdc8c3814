import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, rename, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { until } from '../../../runtime/testing/until.ts';
import type { EventOf } from '../../../schemas/events.ts';
import { metric, readiness, ready } from '../testing/source-process.ts';
import { gapsIn, startWorld, type SourceWorld } from '../testing/source-world.ts';

/** A visit to a queue, from entering to giving up, as Asterisk writes it; the number makes it one of its own. */
const visit = (number: number): string => {
  const at = Math.floor(Date.now() / 1000) - 100_000 + number;
  const caller = `${at}.${number}`;
  return `${at}|${caller}|support|NONE|ENTERQUEUE||+442079460123|1\n${at + 1}|${caller}|support|NONE|ABANDON|1|1|1\n`;
};

suite('the queue_log source', { timeout: 300_000 }, () => {
  let world: SourceWorld;

  before(async () => {
    world = await startWorld();
  });
  after(async () => world.stop());

  const newLog = () => {
    const name = world.newName();
    const path = join(world.folder, `${name}.queue_log`);
    const start = async (t: TestContext) =>
      world.start(t, 'queue-log', name, { TRUNKLINE_SOURCE_SWITCH: name, TRUNKLINE_QUEUE_LOG_PATH: path });
    const visits = (): Set<number> =>
      new Set(
        world
          .calls(name)
          .filter((event): event is EventOf<'queue.left'> => event.type === 'queue.left')
          .map(({ native }) => Number(native.id.split('.')[1])),
      );
    return { name, path, start, visits };
  };

  test('a log that appears later is read, and a line that cannot be is kept apart', async (t) => {
    const { path, start, visits } = newLog();
    const source = await start(t);
    await until(async () => /there is no .*queue_log yet/.test((await readiness(source)).checks['switch'] ?? ''));
    await writeFile(path, `${visit(1)}not a line\n${visit(2)}`);
    await until(() => visits().size === 2);
    await ready(source);
    assert.equal(await metric(source, 'source_rejections_total'), 1);
    assert.equal(await source.end('SIGTERM'), 0);
  });

  test('every visit is read once, though the log is rotated in every way and the source and the broker are killed', async (t) => {
    const { path, start, visits, name } = newLog();
    await writeFile(path, '');
    let source = await start(t);
    await ready(source);
    let written = 0;
    const write = async (count: number): Promise<void> => {
      const lines = Array.from({ length: count }, () => visit(written++));
      await appendFile(path, lines.join(''));
    };
    await write(2000);
    await rename(path, `${path}.1`);
    await write(500);
    await source.end('SIGKILL');
    await write(500);
    await copyFile(path, `${path}.2`);
    await truncate(path, 0);
    await write(500);
    await rename(path, `${path}.3`);
    await writeFile(`${path}.3.gz`, gzipSync(await readFile(`${path}.3`)));
    await unlink(`${path}.3`);
    await write(500);
    source = await start(t);
    await world.killBroker();
    await write(500);
    await world.restartBroker();
    await until(() => visits().size === written);
    const left = world.calls(name).filter(({ type }) => type === 'queue.left');
    assert.equal(new Set(left.map(({ event_id }) => event_id)).size, written);
    assert.deepEqual(gapsIn(world.switches(name)), []);
    await ready(source);
  });

  test('a file that was removed before it was read is a gap', async (t) => {
    const { path, start, visits, name } = newLog();
    await writeFile(path, visit(1));
    const source = await start(t);
    await until(() => visits().size === 1);
    // Once the checkpoint is on the disk.
    assert.equal(await source.end('SIGTERM'), 0);
    await unlink(path);
    await writeFile(path, visit(2));
    await start(t);
    await until(() => visits().size === 2);
    assert.deepEqual(
      gapsIn(world.switches(name)).map(({ reason }) => reason),
      ['file_lost'],
    );
  });
});
