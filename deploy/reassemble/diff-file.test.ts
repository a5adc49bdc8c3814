import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import type { CallChange } from '../../processors/calls/reassembly/compare.ts';
import { CommandError } from '../cli/command-error.ts';
import { openDiffFile } from './diff-file.ts';

const change = { call_id: 'call_1' } as unknown as CallChange;

test('changes are written a line each, over what was there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'diff-file-'));
  t.after(async () => rm(folder, { recursive: true }));
  const path = join(folder, 'diff.ndjson');
  for (const rounds of [3, 2]) {
    const file = await openDiffFile(path);
    for (let round = 0; round < rounds; round++) await file.add([change, change]);
    await file.add([]);
    await file.close();
    assert.equal(await readFile(path, 'utf8'), `${JSON.stringify(change)}\n`.repeat(2 * rounds));
  }
  await assert.rejects(openDiffFile(folder), CommandError);
});

test('a full disk is told with the file', { skip: process.platform !== 'linux' }, async () => {
  const file = await openDiffFile('/dev/full');
  await assert.rejects(file.add([change]), { name: 'CommandError', message: /^cannot write \/dev\/full: ENOSPC/ });
  await file.close();
});
