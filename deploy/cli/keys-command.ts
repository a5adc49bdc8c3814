import process from 'node:process';
import type { Command } from 'commander';
import { folderOption, listOption } from './option-values.ts';

type Common = { data?: string; tenant: string };

const dataOption = [
  '--data <dir>',
  'use the `trunkline up` that runs on this folder (default: the environment, else ./data)',
  folderOption,
] as const;

const examples = `
Examples:
  $ trunkline keys create --tenant acme --name "CRM sync" --scopes calls:read,recordings:read
  $ trunkline keys create --tenant acme --name "pbx-1" --switch pbx-1
  $ trunkline keys list --tenant acme
  $ trunkline keys revoke --tenant acme key_…`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const addCreate = (keys: Command): void => {
  keys
    .command('create')
    .description('make a key; its secret is shown once and cannot be shown again')
    .requiredOption('--tenant <id>', 'whose data the key opens')
    .requiredOption('--name <text>', 'what the key is for')
    .option('--scopes <list>', 'what it may do, separated by commas; * is everything', listOption)
    .option('--switch <name>', 'a key for this switch: it may only publish, under this name')
    .option(...dataOption)
    .addHelpText('after', examples)
    .action(async (options: Common & { name: string; scopes?: readonly string[]; switch?: string }) => {
      const { createKey } = await import('./keys.ts');
      const { keyId, secret, scopes } = await createKey({ ...options, switchName: options.switch });
      print(
        `key     ${keyId}\nscopes  ${scopes.join(', ')}\nsecret  ${secret}\n\nThe secret is not kept: note it now.`,
      );
    });
};

const addList = (keys: Command): void => {
  keys
    .command('list')
    .description("list a tenant's keys")
    .requiredOption('--tenant <id>', 'whose keys')
    .option(...dataOption)
    .action(async (options: Common) => {
      const { listKeys } = await import('./keys.ts');
      print(await listKeys(options));
    });
};

const addRevoke = (keys: Command): void => {
  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<key-id>', 'as `keys list` shows it')
    .requiredOption('--tenant <id>', 'whose key')
    .option(...dataOption)
    .action(async (keyId: string, options: Common) => {
      const { revokeKey } = await import('./keys.ts');
      await revokeKey({ ...options, keyId });
      print(`${keyId} is revoked`);
    });
};

export const addKeysCommands = (program: Command): void => {
  const keys = program.command('keys').description('API keys of tenants and switches').addHelpText('after', examples);
  for (const add of [addCreate, addList, addRevoke]) add(keys);
};
