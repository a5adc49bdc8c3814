import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { FolderInUse, lockFolder } from './folder-lock.ts';

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
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await (await lockFolder(folder))();
  await writeFile(join(folder, 'lock'), `${child.pid} some start\n`);
  await (await lockFolder(folder))();
});

test('a process id that somebody else has now does not hold the folder', async () => {
  const folder = newFolder();
  const unlock = await lockFolder(folder);
  const content = await readFile(join(folder, 'lock'), 'utf8');
  await unlock();
  await writeFile(join(folder, 'lock'), content.replace(/ .*$/m, ' an earlier start'));
  await (await lockFolder(folder))();
});

for (const [name, content] of [
  ['nothing', ''],
  ['rubbish', 'what?\n'],
]) {
  test(`a lock file with ${name} in it holds nobody up`, async () => {
    const folder = newFolder();
    await (await lockFolder(folder))();
    await writeFile(join(folder, 'lock'), content as string);
    await (await lockFolder(folder))();
  });
}

test('of many that start at once, one gets the folder', async () => {
  const folder = newFolder();
  await (await lockFolder(folder))();
  await writeFile(join(folder, 'lock'), '1 long ago\n');
  const script = `
    import { lockFolder } from ${JSON.stringify(new URL('./folder-lock.ts', import.meta.url).href)};
    await lockFolder(process.argv[1]).then(() => console.log('mine'), (error) => console.log(error.name));
    process.stdin.resume().on('end', () => process.exit());
  `;
  const starters = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const words = await Promise.all(starters.map(async (child) => String((await once(child.stdout, 'data'))[0]).trim()));
  assert.deepEqual(words.sort(), ['FolderInUse', 'FolderInUse', 'FolderInUse', 'mine']);
  for (const child of starters) child.stdin.end();
  await Promise.all(starters.map((child) => once(child, 'exit')));
});
