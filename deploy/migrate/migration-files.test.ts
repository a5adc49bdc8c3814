import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pendingMigrations, readMigrations, toMigration } from './migration-files.ts';

test('every file is one statement that can be run again and at the same time', () => {
  const migrations = readMigrations();
  assert.ok(migrations.length >= 6);
  for (const { file, statement } of migrations) {
    assert.doesNotMatch(statement, /;/, file);
    assert.match(statement, /^(CREATE|ALTER|DROP) .*\b(IF NOT EXISTS|IF EXISTS)\b/, file);
  }
});

test('the files are numbered without a gap', () => {
  const numbers = readMigrations().map(({ file }) => Number(file.slice(0, 3)));
  assert.deepEqual(
    numbers,
    numbers.map((_, at) => at + 1),
  );
});

test('a comment is no change, a column is', () => {
  const before = toMigration('001_a.sql', '-- why\nCREATE TABLE IF NOT EXISTS a (b String)\n');
  assert.equal(toMigration('001_a.sql', 'CREATE TABLE IF NOT EXISTS a (b String)').checksum, before.checksum);
  assert.notEqual(toMigration('001_a.sql', 'CREATE TABLE IF NOT EXISTS a (c String)').checksum, before.checksum);
});

test('applied files are left out, a changed one is named', () => {
  const [one, two] = [toMigration('001_a.sql', 'A'), toMigration('002_b.sql', 'B')];
  assert.deepEqual(pendingMigrations([one, two], new Map([[one.file, one.checksum]])), { pending: [two] });
  assert.deepEqual(pendingMigrations([one, two], new Map([[one.file, 'other']])), { changed: '001_a.sql' });
});

test('tables that a newer version made are named, whatever an older one called its own files', () => {
  const [one, two] = [toMigration('001_a.sql', 'A'), toMigration('002_b.sql', 'B')];
  const applied = new Map([[one.file, one.checksum]]);
  assert.deepEqual(pendingMigrations([one, two], new Map([...applied, ['003_c.sql', 'other']])), {
    newer: '003_c.sql',
  });
  assert.deepEqual(pendingMigrations([one, two], new Map([...applied, ['001_z.sql', 'other']])), { pending: [two] });
});
