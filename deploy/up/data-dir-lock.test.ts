import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, test } from 'node:test';
import { lockDataDir } from './data-dir-lock.ts';
import { ownIdentity } from './process-identity.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trunkline-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const leave = (identity: unknown): void => writeFileSync(join(folder, 'up.lock'), JSON.stringify(identity));

test('a second lock is refused with the holder named, until the first is released', () => {
  const release = lockDataDir(folder);
  assert.throws(() => lockDataDir(folder), new RegExp(`process ${process.pid}`));
  release();
  lockDataDir(folder)();
  assert.deepEqual(readdirSync(folder), []);
});

test('a lock of a process that is gone is taken over', () => {
  leave({ pid: 2 ** 22 + 1, started: '1' });
  lockDataDir(folder)();
});

test('a lock of an earlier process with the same id is taken over', () => {
  leave({ ...ownIdentity(), started: '1' });
  lockDataDir(folder)();
});
