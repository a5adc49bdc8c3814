import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLogger } from '../../runtime/logger.ts';
import { openCheckpoint } from './checkpoint.ts';

const logger = createLogger('test', 'silent');

const newPath = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
  t.after(async () => rm(folder, { recursive: true }));
  return join(folder, 'checkpoint.json');
};

test('the last mark is found by the next process', async (t) => {
  const path = await newPath(t);
  const first = await openCheckpoint<number>(path, logger);
  assert.equal(first.found, null);
  for (let mark = 0; mark < 1000; mark++) first.advance(mark);
  await first.stop();
  assert.equal((await openCheckpoint<number>(path, logger)).found, 999);
  assert.deepEqual(await readdir(join(path, '..')), ['checkpoint.json']);
});

test('a mark is on the disk without a stop', async (t) => {
  const path = await newPath(t);
  const checkpoint = await openCheckpoint<number>(path, logger);
  checkpoint.advance(7);
  const written = async (): Promise<string> => readFile(path, 'utf8').catch(() => '');
  while ((await written()) !== '7') await new Promise((resolve) => setTimeout(resolve, 10));
  await checkpoint.stop();
});

test('a file that is no checkpoint is told', async (t) => {
  const path = await newPath(t);
  await writeFile(path, '{"seq":');
  await assert.rejects(openCheckpoint(path, logger), /move it away/);
});

test('a mark that cannot be written is told, and written when it can be', async (t) => {
  const path = await newPath(t);
  const told = Promise.withResolvers<void>();
  const checkpoint = await openCheckpoint<number>(path, createLogger('test', 'error', { write: () => told.resolve() }));
  const folder = join(path, '..');
  await rename(folder, `${folder}.away`);
  checkpoint.advance(1);
  await told.promise;
  await rename(`${folder}.away`, folder);
  await checkpoint.stop();
  assert.equal(await readFile(path, 'utf8'), '1');
});
