import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { parseInstant } from '../../query-api/listing/instants.ts';
import { CommandError } from './command-error.ts';
import { useDataDir } from './data-dir.ts';
import { terminalOutput } from './output.ts';
import { folderOption } from './option-values.ts';

type Options = {
  from: number;
  to: number;
  tenant?: string;
  dryRun: boolean;
  diff?: string;
  yes: boolean;
  data?: string;
  state?: string;
};

const instantOption = (text: string): number => {
  const parsed = parseInstant(text);
  if ('problem' in parsed) throw new InvalidArgumentError(`It ${parsed.problem}.`);
  return parsed.us;
};

const ask = async (): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('\nWrite these rows? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
};

export const addReassembleCommand = (program: Command): void => {
  program
    .command('reassemble')
    .description('assemble stored calls anew after an upgrade: show what would change, then write it')
    .requiredOption(
      '--from <instant>',
      'calls that began then or later (ISO-8601, a date, or epoch seconds)',
      instantOption,
    )
    .requiredOption('--to <instant>', 'and before then', instantOption)
    .option('--tenant <id>', 'of this tenant alone')
    .option('--dry-run', 'only show what would change', false)
    .option('--diff <file>', 'every change of every call, as NDJSON')
    .option('--yes', 'write without asking', false)
    .option('--data <dir>', 'use the `trunkline up` that runs on this folder (default: the environment)', folderOption)
    .option('--state <file>', 'where it notes how far it is (default: reassemble.json in the data folder, else here)')
    .addHelpText(
      'after',
      `
Upgrade all calls processors first: rows of an older one do not hold against these. It takes a page of calls at a time
on one thread of ClickHouse, beside live traffic. What was stopped, were it by kill -9, goes on where it was when it is
started again in the same way.

Exit code 1 when calls could not be assembled, or nothing may be written.

Examples:
  $ trunkline reassemble --from 2026-01-01 --to 2026-02-01 --dry-run --diff january.ndjson
  $ trunkline reassemble --from 2026-01-01 --to 2026-02-01 --tenant acme --yes`,
    )
    .action(async ({ data, from, to, tenant, dryRun, diff, yes, state }: Options) => {
      if (to <= from) throw new CommandError('--to must be later than --from', 2);
      if (!dryRun && !yes && !process.stdin.isTTY)
        throw new CommandError('nobody can be asked here: give --yes to have the rows written, or --dry-run', 2);
      if (data !== undefined) useDataDir(data);
      const { runReassemble } = await import('../reassemble/run-reassemble.ts');
      process.exitCode = await runReassemble(
        {
          range: { fromUs: from, toUs: to, tenantId: tenant ?? null },
          dryRun,
          diffFile: diff,
          stateFile: state ?? join(data ?? '.', 'reassemble.json'),
          confirm: async () => yes || ask(),
        },
        terminalOutput(),
      );
    });
};
