import process from 'node:process';
import { readRunFile } from '../up/run-file.ts';
import { CommandError } from './command-error.ts';

export type ApiOptions = { readonly data?: string; readonly api?: string; readonly key?: string };

/** Where the API is and with which key: of the installation that runs on a folder, or as given. */
export const apiPlace = ({ data, api, key }: ApiOptions): { readonly url: string; readonly key: string } => {
  if (api === undefined) {
    const run = readRunFile(data ?? 'data');
    return { url: run.api, key: key ?? run.api_key };
  }
  const secret = key ?? process.env['TRUNKLINE_API_KEY'];
  if (secret === undefined || secret === '')
    throw new CommandError('with --api give --key or set TRUNKLINE_API_KEY', 2);
  return { url: api.replace(/\/+$/, ''), key: secret };
};
