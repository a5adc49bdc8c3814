import { readFileSync } from 'node:fs';
import process from 'node:process';
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../../runtime/config.ts';
import { addAuditCommand } from './audit-command.ts';
import { addCallCommands } from './call-command.ts';
import { addConfigCommand } from './config-command.ts';
import { CommandError } from './command-error.ts';
import { addDemoCommand } from './demo-command.ts';
import { addFeedCommands } from './feed-command.ts';
import { addKeysCommands } from './keys-command.ts';
import { endWithOutput } from './lost-output.ts';
import { addQuarantineCommands } from './quarantine-command.ts';
import { addMigrateCommand } from './migrate-command.ts';
import { addReassembleCommand } from './reassemble-command.ts';
import { addServiceCommands } from './service-commands.ts';
import { addSourceCommands } from './source-commands.ts';
import { addUpCommand } from './up-command.ts';

const wrongUsage = 2;

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;

const program = new Command('trunkline')
  .description('Call detail records and call recordings from phone switches, from event to query.')
  .version(version())
  .showHelpAfterError('(--help shows what there is)')
  .configureHelp({ sortSubcommands: false })
  .addHelpText(
    'after',
    `
Examples:
  $ trunkline up --demo                         everything on this machine, with simulated calls
  $ trunkline feed freeswitch events.json       push a capture through ingest, see its calls
  $ trunkline keys create --tenant acme --name "CRM sync" --scopes calls:read,recordings:read
  $ trunkline quarantine list                   what could not be used, and why
  $ trunkline COMMAND --help                    more on one command`,
  )
  .exitOverride();

for (const add of [
  addUpCommand,
  addFeedCommands,
  addCallCommands,
  addKeysCommands,
  addQuarantineCommands,
  addAuditCommand,
  addMigrateCommand,
  addReassembleCommand,
  addServiceCommands,
  addSourceCommands,
  addDemoCommand,
  addConfigCommand,
])
  add(program);

const say = (message: string): void => void process.stderr.write(`${message}\n`);

endWithOutput(say);

/** Says what went wrong; gives the exit code. */
const report = (error: unknown): number => {
  // Commander has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUsage;
  if (error instanceof ConfigError) {
    say(`trunkline: wrong settings:\n${error.message}\n(\`trunkline config\` lists all settings)`);
    return wrongUsage;
  }
  if (error instanceof CommandError) {
    say(`trunkline: ${error.message}`);
    return error.exitCode;
  }
  say(`trunkline: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return 1;
};

try {
  await program.parseAsync();
} catch (error) {
  const exitCode = report(error);
  // Something that was begun before the failure, such as reading standard input, must not keep the process; that what
  // it printed could not be written is told before.
  setImmediate(() => process.exit(exitCode));
}
