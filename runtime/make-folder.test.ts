import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from './make-folder.ts';

test('a folder is made with those above it, and found where it is', async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'make-folder-'));
  t.after(async () => rm(root, { recursive: true }));
  const folder = join(root, 'a', 'b', 'c');
  await Promise.all([makeFolder(folder, 0o700), makeFolder(folder, 0o700)]);
  await makeFolder(folder);
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
  await writeFile(join(root, 'file'), '');
  await assert.rejects(makeFolder(join(root, 'file')), { code: 'EEXIST' });
  await assert.rejects(makeFolder(join(root, 'file', 'below')), { code: 'ENOTDIR' });
});

test('where no folder can be, the refusal comes at once', { skip: process.platform !== 'linux' }, async () => {
  await assert.rejects(makeFolder('/proc/nothing'), { code: 'ENOENT' });
  await assert.rejects(makeFolder('/proc/nothing/below'), { code: 'ENOENT' });
});
