import { type ConfigSpec, describeConfig, readConfig, ConfigError } from '../../runtime/config.ts';

const specifications = async (): Promise<ReadonlyMap<string, ConfigSpec>> =>
  new Map<string, ConfigSpec>([
    ['ingest', (await import('../../ingest/service.ts')).settings],
    ['processor calls', (await import('../../processors/calls/service.ts')).settings],
    ['processor recordings', (await import('../../processors/recordings/service.ts')).settings],
    ['processor quarantine', (await import('../../processors/quarantine/service.ts')).settings],
    ['api', (await import('../../query-api/service.ts')).settings],
  ]);

/** Every setting of every service with its value in `env`; throws one `ConfigError` for all that are wrong. */
export const settingsTable = async (env: Readonly<Record<string, string | undefined>>): Promise<string> => {
  const problems = new Set<string>();
  const tables: string[] = [];
  for (const [service, spec] of await specifications()) {
    try {
      tables.push(`trunkline ${service}\n${indented(describeConfig(spec, readConfig(spec, env)))}\n`);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) problems.add(problem);
    }
  }
  if (problems.size > 0) throw new ConfigError([...problems]);
  return tables.join('\n');
};

const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
