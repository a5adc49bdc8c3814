import { type Command, Option } from 'commander';
import { stopWithParent } from '../../runtime/lifecycle.ts';
import { useDataDir } from './data-dir.ts';
import { folderOption } from './option-values.ts';

export type Service = { name: string; description: string; run: () => Promise<void> };

const ingest: Service = {
  name: 'ingest',
  description: 'accept events and recordings from switches over HTTP',
  run: async () => (await import('../../ingest/service.ts')).runIngest(),
};

const api: Service = {
  name: 'api',
  description: 'serve calls and recordings over HTTP',
  run: async () => (await import('../../query-api/service.ts')).runQueryApi(),
};

/** In the order of the path of an event. */
export const processors: readonly Service[] = [
  {
    name: 'calls',
    description: 'assemble events into call detail records',
    run: async () => (await import('../../processors/calls/service.ts')).runCallsProcessor(),
  },
  {
    name: 'recordings',
    description: 'check uploaded recordings and tell the calls they belong to',
    run: async () => (await import('../../processors/recordings/service.ts')).runRecordingsProcessor(),
  },
  {
    name: 'quarantine',
    description: 'keep what could not be used, with the reason',
    run: async () => (await import('../../processors/quarantine/service.ts')).runQuarantineProcessor(),
  },
  {
    name: 'agents',
    description: 'fold what is told of agents into logins, pauses, contacts and wrap-ups',
    run: async () => (await import('../../processors/agents/service.ts')).runAgentsProcessor(),
  },
  {
    name: 'closing',
    description: 'end calls whose end never came',
    run: async () => (await import('../../processors/closing/service.ts')).runClosingProcessor(),
  },
  {
    name: 'notifications',
    description: 'tell subscribers what became of calls',
    run: async () => (await import('../../processors/notifications/service.ts')).runNotificationsProcessor(),
  },
  {
    name: 'redrive',
    description: 'take refused records again where somebody asked for it',
    run: async () => (await import('../../ingest/redrive/service.ts')).runRedriveProcessor(),
  },
  {
    name: 'completeness',
    description: 'count what is in the log, by switch and hour',
    run: async () => (await import('../../processors/completeness/service.ts')).runCompletenessProcessor(),
  },
];

const environmentHelp = `
Settings come from the environment; \`trunkline config\` lists them.`;

/** A command that runs one process until SIGTERM. */
export const addService = (parent: Command, { name, description, run }: Service, help = environmentHelp): void => {
  parent
    .command(name)
    .description(description)
    .option(
      '--data <dir>',
      'take addresses and credentials from the `trunkline up` that runs on this folder',
      folderOption,
    )
    .addOption(new Option('--with-parent', 'stop when standard input ends').hideHelp())
    .addHelpText('after', help)
    .action(async ({ data, withParent }: { data?: string; withParent?: boolean }) => {
      if (data !== undefined) useDataDir(data);
      if (withParent === true) stopWithParent();
      await run();
    });
};

/** `ingest`, `processor NAME` and `api`: one process each, configured by the environment. */
export const addServiceCommands = (program: Command): void => {
  addService(program, ingest);
  const processor = program.command('processor').description('run one of the processors');
  for (const service of processors) addService(processor, service);
  addService(program, api);
};
