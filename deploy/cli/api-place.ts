import process from 'node:process';
import { readRunFile } from '../up/run-file.ts';
import { CommandError } from './command-error.ts';

export type ApiOptions = { readonly data?: string; readonly api?: string; readonly key?: string };

/** Where the API is and with which key: of the installation that runs on a folder, or as given. */
export const apiPlace = ({ data, api, key }: ApiOptions): { readonly url: string; readonly key: string } => {
  if (api === undefined) {
    const run = readRunFile(data ?? 'data');
    return { url: run.api, key: keyFor('--data', key ?? run.api_key) };
  }
  return { url: api, key: keyFor('--api', key) };
};

/** The key for an address that an option gives. */
export const keyFor = (option: string, key = process.env['TRUNKLINE_API_KEY']): string => {
  if (key === undefined || key === '') throw new CommandError(`with ${option} give --key or set TRUNKLINE_API_KEY`, 2);
  if (!/^[!-~]+$/.test(key)) throw new CommandError('the API key has blanks or characters that no key has', 2);
  return key;
};
