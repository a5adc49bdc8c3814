import { type Command, Option } from 'commander';
import { stopWithParent } from '../../runtime/lifecycle.ts';
import { urlOption } from './option-values.ts';

type Options = { ingest: string; state: string; seed: string; withParent?: boolean };

export const addDemoCommand = (program: Command): void => {
  program
    .command('demo')
    .description('send the calls of a simulated call centre: a day of history, then live (`up --demo` does it)')
    .requiredOption('--ingest <url>', 'where to send, http://host:port', urlOption)
    .option('--state <dir>', 'where it notes how far it is (demo.json), so that a restart goes on', 'data')
    .option('--seed <text>', 'decides every call', 'demo')
    .addOption(new Option('--with-parent', 'stop when standard input ends').hideHelp())
    .addHelpText(
      'after',
      `
The key, which needs events:write and recordings:write, is read from TRUNKLINE_API_KEY.

Example:
  $ TRUNKLINE_API_KEY=sk_live_… trunkline demo --ingest http://127.0.0.1:4001`,
    )
    .action(async ({ withParent, ...options }: Options) => {
      if (withParent === true) stopWithParent();
      const { runDemo } = await import('../demo/run-demo.ts');
      await runDemo(options);
    });
};
