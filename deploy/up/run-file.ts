import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError } from '../cli/command-error.ts';
import { readOwnJson } from './own-json.ts';
import { writePrivateJson } from './private-file.ts';

/** Where everything of a running installation is, for scripts and the other commands. */
export type RunFile = {
  api: string;
  ingest: string;
  api_key: string;
  /** Bootstrap broker, host:port. */
  kafka: string;
  clickhouse: { url: string; username: string; password: string; database: string };
  s3: { endpoint: string; bucket: string; region: string; access_key_id: string; secret_access_key: string };
  /** Process id by name. */
  processes: Readonly<Record<string, number>>;
};

const runFilePath = (dataDir: string): string => join(dataDir, 'run.json');

export const writeRunFile = (dataDir: string, run: RunFile): void => writePrivateJson(runFilePath(dataDir), run);

export const removeRunFile = (dataDir: string): void => rmSync(runFilePath(dataDir), { force: true });

/** The installation that runs on a data folder; a `CommandError` where none does. */
export const readRunFile = (dataDir: string): RunFile => {
  const path = runFilePath(dataDir);
  const fields = ['api', 'ingest', 'api_key', 'kafka', 'clickhouse', 's3'] as const;
  const run = readOwnJson<RunFile>(path, fields, `\`trunkline up --data ${dataDir}\` writes it when it starts`);
  if (run !== null) return run;
  throw new CommandError(`nothing runs on ${dataDir} (no ${path}): start it with \`trunkline up --data ${dataDir}\``);
};
