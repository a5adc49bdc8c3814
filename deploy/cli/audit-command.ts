import process from 'node:process';
import type { Command } from 'commander';
import { type ApiOptions, apiPlace } from './api-place.ts';
import { terminalOutput } from './output.ts';
import { folderOption, urlOption } from './option-values.ts';

type Options = ApiOptions & { switch?: string; since?: string; until?: string };

const help = `
Exit code 0 when nothing is known to be missing, 1 when something is.

Examples:
  $ trunkline audit
  $ trunkline audit --switch pbx-1 --since 2025-06-01 --until 2025-06-08`;

export const addAuditCommand = (program: Command): void => {
  program
    .command('audit')
    .description('account for everything that switches sent, by switch and hour')
    .option('--switch <name>', 'of this switch only')
    .option('--since <time>', 'from this hour on: a date, or ISO-8601 with an offset (default: a day ago)')
    .option('--until <time>', 'until this hour (default: now)')
    .option('--data <dir>', 'of the `trunkline up` that runs on this folder (default: data)', folderOption)
    .option('--api <url>', 'or: of the API at this address', urlOption)
    .option('--key <secret>', 'API key (default: the installation’s own; with --api: TRUNKLINE_API_KEY)')
    .addHelpText('after', help)
    .action(async ({ switch: switchId, since, until, ...place }: Options) => {
      const { audit } = await import('../audit/audit.ts');
      const { url, key } = apiPlace(place);
      process.exitCode = await audit({ url, key, switchId, since, until }, terminalOutput());
    });
};
