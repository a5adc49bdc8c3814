import { until } from '../../../runtime/testing/until.ts';
import { type ServiceProcess, startServiceProcess } from '../../testing/service-process.ts';

const runs = {
  esl: [new URL('../esl/service.ts', import.meta.url), 'runEslSource()'],
  ami: [new URL('../ami/service.ts', import.meta.url), 'runAmiSource()'],
  'queue-log': [new URL('../queue-log/service.ts', import.meta.url), 'runQueueLogSource()'],
} as const;

export type SourceName = keyof typeof runs;

/** A source as a process of its own; resolves when it serves its probes. */
export const startSourceProcess = async (
  name: SourceName,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> => {
  const [module, call] = runs[name];
  return startServiceProcess(module, call, env);
};

/** What `/readyz` says. */
export const readiness = async ({ url }: ServiceProcess): Promise<{ ready: boolean; checks: Record<string, string> }> =>
  (await (await fetch(`${url}/readyz`)).json()) as { ready: boolean; checks: Record<string, string> };

/** The value of a metric, summed over its labels; of those with the label value only, where one is given. */
export const metric = async ({ url }: ServiceProcess, name: string, labelValue = ''): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`trunkline_${name}{`) && line.includes(`"${labelValue}`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
};

export const ready = async (source: ServiceProcess): Promise<void> => {
  await until(async () => (await readiness(source)).ready);
};
