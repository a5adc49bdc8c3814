import process from 'node:process';
import type { Command } from 'commander';
import { type ApiOptions, apiPlace } from './api-place.ts';
import { CommandError } from './command-error.ts';
import { folderOption, urlOption } from './option-values.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

const addShow = (call: Command): void => {
  call
    .command('show')
    .description('print what a call was at each moment')
    .argument('<id>', 'its id (call_…), or one of the switch')
    .option('--at <instant>', 'only at this instant, such as 2026-01-20T10:00:00.250Z')
    .option('--data <dir>', 'ask the `trunkline up` that runs on this folder (default: data)', folderOption)
    .option('--api <url>', 'or: the API to ask, http://host:port', urlOption)
    .option('--key <secret>', 'API key (default: the installation’s own; with --api: TRUNKLINE_API_KEY)')
    .addHelpText(
      'after',
      `
Examples:
  $ trunkline call show call_01jwqyf9j0e0fsb1wrqk0mcvr7
  $ trunkline call show --api https://api.example.net --key sk_live_… 1748855400.31`,
    )
    .action(async (id: string, { at, ...options }: ApiOptions & { at?: string }) => {
      const place = apiPlace(options);
      const { createApiClient } = await import('../feed/api-client.ts');
      const query = at === undefined ? '' : `?at=${encodeURIComponent(at)}`;
      const text = await createApiClient(place.url, place.key).text(
        `/v1/calls/${encodeURIComponent(id)}/timeline${query}`,
      );
      if (text === null) throw new CommandError(`there is no call ${id}`);
      process.stdout.write(text);
    });
};

const addAssemble = (call: Command): void => {
  call
    .command('assemble')
    .description('assemble a call here from a download of its events, and print it')
    .argument('<file>', 'NDJSON of GET /v1/calls/{id}/events; - for standard input')
    .option('--id <id>', 'the call’s id: needed where the file has several calls, or no event tells when it began')
    .option('--expect <file>', 'compare with this call, as GET /v1/calls/{id} gave it')
    .addHelpText(
      'after',
      `
Needs nothing that runs. The same events give the same call, whoever assembles them.
Exit code 1 and the differences where it is not what --expect has.

Examples:
  $ curl -H "x-api-key: $KEY" -H 'accept: application/x-ndjson' $API/v1/calls/$ID/events > events.ndjson
  $ curl -H "x-api-key: $KEY" $API/v1/calls/$ID > call.json
  $ trunkline call assemble events.ndjson --expect call.json`,
    )
    .action(async (file: string, { id, expect }: { id?: string; expect?: string }) => {
      const { assembleFile } = await import('../call/assemble-file.ts');
      process.exitCode = await assembleFile({ file, id, expect }, print);
    });
};

/** `call show` and `call assemble`. */
export const addCallCommands = (program: Command): void => {
  const call = program.command('call').description('look into one call');
  addShow(call);
  addAssemble(call);
};
