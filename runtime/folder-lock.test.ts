import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FolderInUse, lockFolder } from './folder-lock.ts';

const lockModule = JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href);
let root: string;
let folders = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'folder-lock-'));
});
after(() => rm(root, { recursive: true }));

function newFolder(): string {
  folders += 1;
  return join(root, String(folders));
}

test('a folder has one owner at a time, and the refusal names it', async () => {
  const folder = newFolder();
  const unlock = await lockFolder(folder);
  await assert.rejects(lockFolder(folder), (error) => {
    assert.ok(error instanceof FolderInUse);
    assert.match(error.message, new RegExp(`process ${process.pid}\\b`));
    return true;
  });
  await unlock();
  await (await lockFolder(folder))();
  assert.deepEqual(await readdir(folder), []);
});

test('the lock of a process that is gone is taken over', async () => {
  const folder = newFolder();
  const script = `await (await import(${lockModule})).lockFolder(process.argv[1])`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder]);
  await once(child, 'exit');
  assert.equal((await readdir(join(folder, 'locks'))).length, 1);
  await (await lockFolder(folder))();
  assert.deepEqual(await readdir(folder), []);
});

test('a process id that somebody else has now does not hold the folder', async () => {
  const folder = newFolder();
  const unlock = await lockFolder(folder);
  const [name = ''] = await readdir(join(folder, 'locks'));
  await unlock();
  await mkdir(join(folder, 'locks'));
  await writeFile(join(folder, 'locks', name.replace(/_.*_/, '_an%20earlier%20start_')), '');
  await (await lockFolder(folder))();
});

test('what is no lock holds nobody up', async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'locks'), { recursive: true });
  await writeFile(join(folder, 'locks', 'what?'), '');
  await (await lockFolder(folder))();
});

test('of many that start at once, one gets the folder', async () => {
  const folder = newFolder();
  await mkdir(join(folder, 'locks'), { recursive: true });
  await writeFile(join(folder, 'locks', '1_long%20ago_1.held'), '');
  const script = `
    import { lockFolder } from ${lockModule};
    await lockFolder(process.argv[1]).then(() => console.log('mine'), (error) => console.log(error.name));
    process.stdin.resume().on('end', () => process.exit());
  `;
  const starters = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  after(() => starters.map((child) => child.kill('SIGKILL')));
  const words = await Promise.all(starters.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()));
  assert.deepEqual(words.sort(), ['FolderInUse', 'FolderInUse', 'FolderInUse', 'mine']);
  for (const child of starters) child.stdin.end();
  await Promise.all(starters.map((child) => once(child, 'exit')));
});
