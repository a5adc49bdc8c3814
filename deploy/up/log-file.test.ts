import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openLogFile } from './log-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'trunkline-log-'));
after(() => rmSync(folder, { recursive: true }));

test('the last lines are those of the process that runs now', () => {
  const log = openLogFile(join(folder, 'deep/one.log'));
  writeSync(log.descriptor, 'earlier\n');
  log.mark();
  assert.deepEqual(log.lastLines(5), []);
  writeSync(log.descriptor, 'a\nb\nc\n');
  assert.deepEqual(log.lastLines(2), ['b', 'c']);
  assert.equal(statSync(log.path).mode & 0o777, 0o600);
  log.close();
});

test('a log that grew large makes room, and whoever writes to it goes on', () => {
  const log = openLogFile(join(folder, 'two.log'));
  writeSync(log.descriptor, `${'x'.repeat(11 * 2 ** 20)}\n`);
  log.rotateWhenLarge();
  writeSync(log.descriptor, 'after\n');
  assert.equal(statSync(log.path).size, 6);
  assert.equal(statSync(`${log.path}.1`).size, 11 * 2 ** 20 + 1);
  assert.deepEqual(log.lastLines(5), ['after']);
  log.rotateWhenLarge();
  assert.equal(statSync(log.path).size, 6);
  log.close();
});
