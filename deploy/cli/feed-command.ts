import type { Command } from 'commander';
import type { DialectName } from '../feed/dialects.ts';
import { readRunFile } from '../up/run-file.ts';
import { keyFor } from './api-place.ts';
import { CommandError } from './command-error.ts';
import { terminalOutput } from './output.ts';
import { folderOption, secondsOption, urlOption } from './option-values.ts';

type Options = {
  data?: string;
  ingest?: string;
  api?: string;
  key?: string;
  switch?: string;
  wait: boolean;
  timeout: number;
};

const descriptions: Readonly<Record<DialectName, string>> = {
  freeswitch: 'events of FreeSWITCH: ESL events as JSON, or text/event-plain',
  'freeswitch-cdr': 'records of FreeSWITCH’s mod_json_cdr',
  'asterisk-ami': 'manager events of Asterisk: JSON, or as a manager session prints them',
  'asterisk-cel': 'rows of Asterisk’s channel event logging',
  'asterisk-queue-log': 'lines of Asterisk’s queue_log, or rows of its realtime table',
  kamailio: 'accounting rows, CDRs and dialog events of Kamailio',
  hosted: 'call-backs of a hosted provider (Twilio’s or jambonz’s fields), JSON or a form a line',
  canonical: 'Trunkline’s own events',
};

const addDialect = (feed: Command, dialect: DialectName): void => {
  feed
    .command(dialect)
    .description(descriptions[dialect])
    .argument('<file...>', 'JSON (one record or an array), NDJSON, or text where the dialect has one')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      `
Exit code 0 when all is there, 1 when a record was rejected, 3 when the API does not show all calls in time.

Examples:
  $ trunkline feed ${dialect} capture.json
  $ trunkline feed ${dialect} --data /var/lib/trunkline --switch pbx-1 monday.ndjson tuesday.ndjson
  $ trunkline feed ${dialect} --ingest https://in.example.net --key sk_live_… --no-wait capture.json`,
    )
    .action(async (files: readonly string[]) => {
      const options = feed.opts<Options>();
      const { feed: push } = await import('../feed/feed.ts');
      const { switch: switchName, wait, timeout } = options;
      const place = placeOf(options);
      process.exitCode = await push(
        { dialect, files, switchName, wait, timeoutMs: timeout * 1000, ...place },
        terminalOutput(),
      );
    });
};

const placeOf = ({ data, ingest, api, key, wait }: Options): { ingest: string; api: string; key: string } => {
  if (ingest === undefined) {
    if (api !== undefined) throw new CommandError('--api goes with --ingest', 2);
    const run = readRunFile(data ?? 'data');
    return { ingest: run.ingest, api: run.api, key: keyFor('--data', key ?? run.api_key) };
  }
  const secret = keyFor('--ingest', key);
  if (api === undefined && wait) throw new CommandError('with --ingest give --api too, or --no-wait', 2);
  return { ingest, api: api ?? ingest, key: secret };
};

export const addFeedCommands = (program: Command): void => {
  const feed = program
    .command('feed')
    .description('push captures of native events through ingest, and see the calls they make')
    // Of the parent, so that they may stand before or behind the dialect.
    .option('--data <dir>', 'push into the `trunkline up` that runs on this folder (default: data)', folderOption)
    .option('--ingest <url>', 'or: where to push, http://host:port', urlOption)
    .option('--api <url>', 'with --ingest: where to look for the calls', urlOption)
    .option('--key <secret>', 'API key (default: the installation’s own; with --ingest: TRUNKLINE_API_KEY)')
    .option('--switch <name>', 'the switch, where the records do not name it')
    .option('--no-wait', 'do not wait until the API shows the calls')
    .option('--timeout <seconds>', 'give up when nothing more came for so long', secondsOption, 60);
  for (const dialect of Object.keys(descriptions) as DialectName[]) addDialect(feed, dialect);
};
