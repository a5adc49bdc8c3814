import { settings as amiSettings } from '../../ingest/sources/ami/settings.ts';
import { settings as eslSettings } from '../../ingest/sources/esl/settings.ts';
import { settings as queueLogSettings } from '../../ingest/sources/queue-log/settings.ts';
import { sourceSettings } from '../../ingest/sources/settings.ts';
import { ConfigError, type ConfigSpec, describeConfig, readConfig } from '../../runtime/config.ts';

type Env = Readonly<Record<string, string | undefined>>;

const specifications = async (): Promise<ReadonlyMap<string, ConfigSpec>> =>
  new Map<string, ConfigSpec>([
    ['ingest', (await import('../../ingest/service.ts')).settings],
    ['processor calls', (await import('../../processors/calls/service.ts')).settings],
    ['processor recordings', (await import('../../processors/recordings/service.ts')).settings],
    ['processor quarantine', (await import('../../processors/quarantine/service.ts')).settings],
    ['processor agents', (await import('../../processors/agents/service.ts')).settings],
    ['processor closing', (await import('../../processors/closing/service.ts')).settings],
    ['processor notifications', (await import('../../processors/notifications/service.ts')).settings],
    ['processor redrive', (await import('../../ingest/redrive/service.ts')).settings],
    ['processor completeness', (await import('../../processors/completeness/service.ts')).settings],
    ['api', (await import('../../query-api/service.ts')).settings],
  ]);

const sources: ReadonlyMap<string, ConfigSpec> = new Map<string, ConfigSpec>([
  ['source esl', eslSettings],
  ['source ami', amiSettings],
  ['source queue-log', queueLogSettings],
]);

/** Whether anything is set that only this source reads; most installations run none. */
const isSetUp = (spec: ConfigSpec, env: Env): boolean =>
  Object.entries(spec)
    .filter(([name]) => !(name in sourceSettings))
    .some(([, { env: variable }]) => env[variable] !== undefined || env[`${variable}_FILE`] !== undefined);

/**
 * Every setting of every service with its value in `env`, of the sources only those that are set up; throws one
 * `ConfigError` for all that are wrong.
 */
export const settingsTable = async (env: Env): Promise<string> => {
  const setUp = [...sources].filter(([, spec]) => isSetUp(spec, env));
  return tablesOf(new Map([...(await specifications()), ...setUp]), env);
};

/** What several services have alike is shown once, before what only one has. */
export const tablesOf = (services: ReadonlyMap<string, ConfigSpec>, env: Env): string => {
  checkAll([...services.values()], env);
  const shared = sharedSettings([...services.values()]);
  const own = [...services].map(([service, spec]): [string, ConfigSpec] => [
    `only trunkline ${service}`,
    pick(spec, (name) => shared[name] !== spec[name]),
  ]);
  return [['several services', shared] as [string, ConfigSpec], ...own]
    .filter(([, spec]) => Object.keys(spec).length > 0)
    .map(([title, spec]) => `${title}\n${indented(describeConfig(spec, readConfig(spec, env)))}\n`)
    .join('\n');
};

/** Settings that are the very same object in at least two services. */
const sharedSettings = (specs: readonly ConfigSpec[]): ConfigSpec => {
  const all = Object.assign({}, ...specs) as ConfigSpec;
  return pick(all, (name) => specs.filter((spec) => spec[name] !== undefined && spec[name] === all[name]).length > 1);
};

const pick = (spec: ConfigSpec, wanted: (name: string) => boolean): ConfigSpec =>
  Object.fromEntries(Object.entries(spec).filter(([name]) => wanted(name)));

const checkAll = (specs: readonly ConfigSpec[], env: Env): void => {
  const problems = new Set<string>();
  for (const spec of specs) {
    try {
      readConfig(spec, env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  if (problems.size > 0) throw new ConfigError([...problems]);
};

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
