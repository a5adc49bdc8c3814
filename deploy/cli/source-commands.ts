import type { Command } from 'commander';
import type { ConfigSpec, Setting } from '../../runtime/config.ts';
import { kafkaSettings, processSettings } from '../../runtime/settings.ts';
import { settings as amiSettings } from '../../ingest/sources/ami/settings.ts';
import { settings as eslSettings } from '../../ingest/sources/esl/settings.ts';
import { settings as queueLogSettings } from '../../ingest/sources/queue-log/settings.ts';
import { addService, type Service } from './service-commands.ts';
import { table } from '../../runtime/text-table.ts';

type Source = Service & { settings: ConfigSpec };

const sources: readonly Source[] = [
  {
    name: 'esl',
    description: 'read the event socket of a FreeSWITCH',
    settings: eslSettings,
    run: async () => (await import('../../ingest/sources/esl/service.ts')).runEslSource(),
  },
  {
    name: 'ami',
    description: 'read the manager of an Asterisk',
    settings: amiSettings,
    run: async () => (await import('../../ingest/sources/ami/service.ts')).runAmiSource(),
  },
  {
    name: 'queue-log',
    description: 'follow the queue_log of an Asterisk, through its rotations',
    settings: queueLogSettings,
    run: async () => (await import('../../ingest/sources/queue-log/service.ts')).runQueueLogSource(),
  },
];

const common: ReadonlySet<unknown> = new Set(Object.values({ ...kafkaSettings, ...processSettings }));

const valueWithout = ({ unset }: Setting<unknown>): string => {
  switch (unset.kind) {
    case 'required':
      return 'required';
    case 'optional':
      return '';
    case 'default':
      return String(unset.value);
  }
};

const helpOf = (settings: ConfigSpec): string => {
  const own = Object.values(settings).filter((setting) => !common.has(setting));
  const rows = own.map((setting) => [setting.env, valueWithout(setting), setting.doc]);
  const settingsTable = table(['VARIABLE', 'DEFAULT', ''], rows).replaceAll(/^/gm, '  ');
  return `
Settings come from the environment, besides those of Kafka and of every process (\`trunkline config\`):
${settingsTable}

How to set a switch up for it: docs/sources.md`;
};

/** `source NAME`: one process that reads one switch. */
export const addSourceCommands = (program: Command): void => {
  const source = program.command('source').description('read a switch and publish what it says');
  for (const service of sources) addService(source, service, helpOf(service.settings));
};
