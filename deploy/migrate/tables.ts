import type { ClickHouse } from '../../runtime/clickhouse.ts';
import { createClickHouse, isRetryableClickHouseError } from '../../runtime/clickhouse.ts';
import type { Logger } from '../../runtime/logger.ts';
import { retry } from '../../runtime/retry.ts';
import type { ClickHouseConfig } from '../../runtime/settings.ts';
import { CommandError } from '../cli/command-error.ts';
import { pendingMigrations, readMigrations } from './migration-files.ts';

/** ClickHouse may still be starting. */
const patience = { attempts: 12, baseDelayMs: 250, maxDelayMs: 4000, isRetryable: isRetryableClickHouseError };

const ledger = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    file String,
    checksum String,
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY file
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

/** Creates the database and brings its tables up to date; resolves to the files it applied. */
export const migrateTables = async (config: ClickHouseConfig, logger: Logger): Promise<readonly string[]> => {
  await createDatabase(config, logger);
  const clickhouse = createClickHouse(config, logger);
  try {
    await clickhouse.command(ledger);
    const plan = pendingMigrations(readMigrations(), await appliedFiles(clickhouse));
    if ('changed' in plan)
      throw new CommandError(
        `schemas/clickhouse/${plan.changed} was applied to this database with another content: ` +
          'restore it and put the change into a new file with the next number',
      );
    for (const { file, statement, checksum } of plan.pending) {
      await clickhouse.command(statement);
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
        clickhouse.command('CREATE DATABASE IF NOT EXISTS {database:Identifier}', {
          database: config.clickhouseDatabase,
        }),
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
