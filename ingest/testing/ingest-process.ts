import { type ServiceProcess, startServiceProcess } from './service-process.ts';

export type IngestProcess = ServiceProcess;

/** Ingest as a process of its own; resolves when it listens. */
export const startIngestProcess = async (env: Readonly<Record<string, string>>): Promise<IngestProcess> =>
  startServiceProcess(new URL('../service.ts', import.meta.url), 'runIngest()', env);
