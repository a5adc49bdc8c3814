import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { createClickHouse, isRetryableClickHouseError } from '../../runtime/clickhouse.ts';
import type { Logger } from '../../runtime/logger.ts';
import { retry } from '../../runtime/retry.ts';
import type { ClickHouseConfig } from '../../runtime/settings.ts';
import { CommandError } from '../cli/command-error.ts';
import { toClusterLedger, toClusterStatements } from './cluster-tables.ts';
import { pendingMigrations, readMigrations } from './migration-files.ts';

/** ClickHouse may still be starting. */
const patience = { attempts: 12, baseDelayMs: 250, maxDelayMs: 4000, isRetryable: isRetryableClickHouseError };

/** Which files this database has had. */
export const ledger = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    file String,
    checksum String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY file
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

/** Creates the database and brings its tables up to date, on every node of a cluster; resolves to the files it applied. */
export const migrateTables = async (config: ClickHouseConfig, logger: Logger): Promise<readonly string[]> => {
  await createDatabase(config, logger);
  const clickhouse = createClickHouse(config, logger);
  try {
    const cluster = config.clickhouseCluster;
    await clickhouse.command(cluster === undefined ? ledger : toClusterLedger(ledger, cluster));
    const plan = pendingMigrations(readMigrations(), await appliedFiles(clickhouse));
    if ('changed' in plan)
      throw new CommandError(
        `schemas/clickhouse/${plan.changed} was applied to this database with another content: ` +
          'restore it and put the change into a new file with the next number',
      );
    if ('newer' in plan)
      throw new CommandError(
        `these tables are a newer Trunkline's (${plan.newer} was applied to them): start that one, ` +
          'or this one on the backup from before the upgrade',
      );
    for (const { file, statement, checksum } of plan.pending) {
      const statements = cluster === undefined ? [statement] : toClusterStatements(statement, cluster);
      for (const one of statements) await clickhouse.command(one);
      await clickhouse.command(
        'INSERT INTO schema_migrations (file, checksum) SELECT {file:String}, {checksum:String}',
        { file, checksum },
      );
    }
    return plan.pending.map(({ file }) => file);
  } finally {
    await clickhouse.close();
  }
};

const createDatabase = async (config: ClickHouseConfig, logger: Logger): Promise<void> => {
  const clickhouse = createClickHouse({ ...config, clickhouseDatabase: 'default' }, logger);
  try {
    await retry(
      () =>
        clickhouse.command(
          `CREATE DATABASE IF NOT EXISTS {database:Identifier}${config.clickhouseCluster === undefined ? '' : ' ON CLUSTER {cluster:Identifier}'}`,
          { database: config.clickhouseDatabase, cluster: config.clickhouseCluster ?? '' },
        ),
      patience,
    );
  } finally {
    await clickhouse.close();
  }
};

const appliedFiles = async (clickhouse: ClickHouse): Promise<ReadonlyMap<string, string>> => {
  const rows = await clickhouse.query<{ file: string; checksum: string }>(
    'SELECT file, checksum FROM schema_migrations FINAL',
  );
  return new Map(rows.map(({ file, checksum }) => [file, checksum]));
};
