import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toClusterLedger, toClusterStatements } from './cluster-tables.ts';
import { readMigrations } from './migration-files.ts';
import { ledger } from './tables.ts';

test('a table becomes a replicated one on every node and a distributed one that bears its name', () => {
  const one = `CREATE TABLE IF NOT EXISTS calls
(
    tenant_id LowCardinality(String),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant_id)
SETTINGS index_granularity = 2048`;
  assert.deepEqual(toClusterStatements(one, 'main'), [
    `CREATE TABLE IF NOT EXISTS calls_local ON CLUSTER \`main\`
(
    tenant_id LowCardinality(String),
    version UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/calls', '{replica}', version)
ORDER BY (tenant_id)
SETTINGS index_granularity = 2048`,
    `CREATE TABLE IF NOT EXISTS calls ON CLUSTER \`main\` AS calls_local
ENGINE = Distributed('main', currentDatabase(), calls_local, sipHash64(tenant_id))`,
  ]);
});

test('a new column is added to both tables, an index to the stored one', () => {
  assert.deepEqual(toClusterStatements('ALTER TABLE calls ADD COLUMN IF NOT EXISTS a String', 'main'), [
    'ALTER TABLE calls_local ON CLUSTER `main` ADD COLUMN IF NOT EXISTS a String',
    'ALTER TABLE calls ON CLUSTER `main` ADD COLUMN IF NOT EXISTS a String',
  ]);
  assert.deepEqual(toClusterStatements('ALTER TABLE calls ADD INDEX IF NOT EXISTS a b TYPE minmax', 'main'), [
    'ALTER TABLE calls_local ON CLUSTER `main` ADD INDEX IF NOT EXISTS a b TYPE minmax',
  ]);
});

test('a table that goes, goes with the stored one', () => {
  assert.deepEqual(toClusterStatements('DROP TABLE IF EXISTS calls', 'main'), [
    'DROP TABLE IF EXISTS calls ON CLUSTER `main`',
    'DROP TABLE IF EXISTS calls_local ON CLUSTER `main`',
  ]);
});

test('every migration has its form for a cluster', () => {
  for (const { file, statement } of readMigrations()) {
    const statements = toClusterStatements(statement, 'main');
    assert.ok(statements.length > 0, file);
    for (const one of statements) assert.match(one, / ON CLUSTER `main`/, file);
  }
});

test('the list of applied migrations is replicated over all nodes', () => {
  const made = toClusterLedger(ledger, 'it`s');
  assert.match(made, /^CREATE TABLE IF NOT EXISTS schema_migrations ON CLUSTER `it\\`s`/);
  assert.match(made, /ReplicatedReplacingMergeTree\('\/clickhouse\/tables\/all\//);
});

test('what cannot be sharded, and forms that are not known, are refused', () => {
  const nobodys = 'CREATE TABLE IF NOT EXISTS a (b String) ENGINE = ReplacingMergeTree ORDER BY b';
  assert.throws(() => toClusterStatements(nobodys, 'main'), /no tenant_id/);
  assert.throws(() => toClusterStatements('DROP VIEW IF EXISTS a', 'main'), /no form for a cluster/);
  const mixed = 'ALTER TABLE a ADD COLUMN IF NOT EXISTS b String, ADD INDEX IF NOT EXISTS c b TYPE minmax';
  assert.throws(() => toClusterStatements(mixed, 'main'), /two migrations/);
});
