import { join, relative } from 'node:path';
import process from 'node:process';
import { describeInstallation, type Installation } from './plan.ts';

/** What a user needs to know once everything runs; a key that is revoked is not shown. */
export const summary = (installation: Installation, tookMs: number, isKeyLive: boolean): string => {
  const { api, ingest, api_key: key } = describeInstallation(installation);
  const nearby = relative(process.cwd(), installation.dataDir);
  const logs = join(nearby.startsWith('..') ? installation.dataDir : nearby, 'logs');
  const access = isKeyLive
    ? `  Key        ${key}  (tenant demo)

  curl -H 'Authorization: Bearer ${key}' '${api}/v1/calls?limit=3'`
    : `  Key        the first one is revoked; make another:

  trunkline keys create --tenant demo --name mine --scopes '*' --data ${installation.dataDir}`;
  return `
Trunkline is ready after ${(tookMs / 1000).toFixed(1)} s.

  API        ${api}/v1
  Reference  ${api}/docs
  Ingest     ${ingest}/v1
${access}

Logs are in ${logs}/. Ctrl-C stops everything; the next start finds all data.`;
};
