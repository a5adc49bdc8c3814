import process from 'node:process';
import type { Command } from 'commander';

export const addConfigCommand = (program: Command): void => {
  program
    .command('config')
    .description('list the environment settings of every service, with their values here')
    .addHelpText(
      'after',
      `
Secrets are shown as [set]. Exit code 2 when a setting is wrong; all wrong ones are named at once.

Example:
  $ TRUNKLINE_KAFKA_BROKERS=kafka-1:9092,kafka-2:9092 trunkline config`,
    )
    .action(async () => {
      const { settingsTable } = await import('./settings-table.ts');
      process.stdout.write(await settingsTable(process.env));
    });
};
