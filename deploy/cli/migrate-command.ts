import process from 'node:process';
import type { Command } from 'commander';
import { useDataDir } from './data-dir.ts';
import { folderOption } from './option-values.ts';

export const addMigrateCommand = (program: Command): void => {
  program
    .command('migrate')
    .description('create or update topics, tables and bucket; safe to run again and at the same time')
    .option(
      '--data <dir>',
      'take addresses and credentials from the `trunkline up` that runs on this folder',
      folderOption,
    )
    .addHelpText(
      'after',
      `
Example:
  $ TRUNKLINE_CLICKHOUSE_URL=https://clickhouse:8443 TRUNKLINE_KAFKA_REPLICATION=3 trunkline migrate`,
    )
    .action(async ({ data }: { data?: string }) => {
      if (data !== undefined) useDataDir(data);
      const { migrate } = await import('../migrate/migrate.ts');
      await migrate(process.env, (line) => void process.stdout.write(`${line}\n`));
    });
};
