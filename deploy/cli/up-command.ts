import process from 'node:process';
import type { Command } from 'commander';
import { folderOption, portOption } from './option-values.ts';

type Options = { data: string; portBase: number; demo: boolean };

export const addUpCommand = (program: Command): void => {
  program
    .command('up')
    .description('start everything on this machine: engines, ingest, processors, API')
    .option('--data <dir>', 'folder that holds everything: engines, logs, credentials', folderOption, 'data')
    .option('--port-base <port>', 'first of the 13 ports in use', portOption(1024, 65_520), 4000)
    .option('--demo', 'simulate a call centre: a day of history, then live calls', false)
    .addHelpText(
      'after',
      `
Ports, counted from --port-base:
  +0 API   +1 ingest   +2 Kafka   +3 ClickHouse   +4 S3
  +5 to +12 probes and metrics of the processors
All listen on 127.0.0.1 only. Ctrl-C stops everything; the next start finds all data.

DIR/run.json (readable by you only, there while it runs) tells scripts addresses, credentials and process ids.
DIR/logs/ holds a log for each process.

Examples:
  $ trunkline up --demo
  $ trunkline up --data /var/lib/trunkline --port-base 5000`,
    )
    .action(async ({ data, portBase, demo }: Options) => {
      const { runUp } = await import('../up/run-up.ts');
      // A start that was broken off may still be trying to reach an engine.
      process.exit(await runUp({ dataDir: data, portBase, demo }));
    });
};
