import process from 'node:process';
import { connectionEnvironment } from '../up/environment.ts';
import { readRunFile, type RunFile } from '../up/run-file.ts';

/** Settings of this process become those of the installation that runs on a data folder. */
export const useDataDir = (dataDir: string): RunFile => {
  const run = readRunFile(dataDir);
  Object.assign(process.env, connectionEnvironment(run));
  return run;
};
