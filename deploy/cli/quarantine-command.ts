import process from 'node:process';
import { type Command, InvalidArgumentError } from 'commander';
import type { Filters, QuarantineClient } from '../quarantine/quarantine-client.ts';
import { type ApiOptions, apiPlace } from './api-place.ts';
import { CommandError } from './command-error.ts';
import { useDataDir } from './data-dir.ts';
import { folderOption, secondsOption, urlOption } from './option-values.ts';
import { terminalOutput } from './output.ts';

type Place = ApiOptions & { readonly withoutTenant?: boolean };
type Which = { code?: string; stage?: string; switch?: string; since?: string; until?: string };

const examples = `
Exit code 0 when all is done, 1 when something was refused again or skipped, 3 when
it has no end in time.

Examples:
  $ trunkline quarantine list --code SWITCH_UNKNOWN
  $ trunkline quarantine show bad_2mw5e8ssz81684vyvy3cxaz0dp
  $ trunkline quarantine fix bad_2mw5e8ssz81684vyvy3cxaz0dp
  $ trunkline quarantine redrive --code SWITCH_UNKNOWN --since 2025-06-01 --dry-run
  $ trunkline quarantine dismiss bad_2mw5e8ssz81684vyvy3cxaz0dp --reason 'test data'
  $ trunkline quarantine list --api https://api.example.net --key sk_live_…`;

const output = terminalOutput();

const limitOption = (text: string): number => {
  const limit = Number(text);
  if (!/^\d{1,4}$/.test(text) || limit < 1 || limit > 1000) throw new InvalidArgumentError('Give 1 to 1000.');
  return limit;
};

/** Lets `work` use the quarantine of the API, or, for records of no tenant, of the engines themselves. */
const withClient = async <Result>(
  { withoutTenant, ...place }: Place,
  work: (client: QuarantineClient) => Promise<Result>,
  asTenantId = '',
): Promise<Result> => {
  const { createQuarantineClient } = await import('../quarantine/quarantine-client.ts');
  if (withoutTenant === true) {
    const { data } = place;
    if (data !== undefined || process.env['TRUNKLINE_KAFKA_BROKERS'] === undefined) useDataDir(data ?? 'data');
    const { withOperatorTransport } = await import('../quarantine/operator-transport.ts');
    return withOperatorTransport(asTenantId, (transport) => work(createQuarantineClient(transport)));
  }
  const { httpTransport } = await import('../quarantine/transport.ts');
  const { url, key } = apiPlace(place);
  return work(createQuarantineClient(httpTransport(url, key)));
};

const filtersOf = ({ code, stage, switch: switchId, since, until }: Which): Filters => ({
  ...(code !== undefined && { code }),
  ...(stage !== undefined && { stage }),
  ...(switchId !== undefined && { switch_id: switchId }),
  ...(since !== undefined && { from: since }),
  ...(until !== undefined && { to: until }),
});

const withFilters = (command: Command): Command =>
  command
    .option('--code <code>', 'refused for this reason')
    .option('--stage <name>', 'refused by this one: ingest, calls, …')
    .option('--switch <name>', 'of this switch')
    .option('--since <time>', 'came at or after: a date, or ISO-8601 with an offset')
    .option('--until <time>', 'came before');

const addList = (quarantine: Command): void => {
  withFilters(quarantine.command('list').description('list refused records, the newest first'))
    .option('--status <word>', 'open, redriving, redriven, refused_again or dismissed')
    .option('--limit <count>', 'most records to list', limitOption, 25)
    .configureHelp({ showGlobalOptions: true })
    .action(async (which: Which & { status?: string; limit: number }) => {
      const { listLines } = await import('../quarantine/record-lines.ts');
      const status = which.status === undefined ? {} : { status: which.status };
      await withClient(quarantine.opts<Place>(), async (client) => {
        const { records, total } = await client.list({ ...filtersOf(which), ...status }, which.limit);
        output.print(listLines(records, total));
      });
    });
};

const addShow = (quarantine: Command): void => {
  quarantine
    .command('show')
    .description('show a refused record: the reason, what was done about it, and itself')
    .argument('<record>', 'its id, bad_…')
    .option('--raw', 'only its bytes, as they came')
    .configureHelp({ showGlobalOptions: true })
    .action(async (id: string, { raw }: { raw?: boolean }) => {
      const { recordLines } = await import('../quarantine/record-lines.ts');
      const record = await withClient(quarantine.opts<Place>(), (client) => client.show(id));
      if (raw === true) process.stdout.write(Buffer.from(record.raw_base64, 'base64'));
      else output.print(recordLines(record));
    });
};

type Waiting = { wait: boolean; timeout: number };

const withWaiting = (command: Command): Command =>
  command
    .option('--no-wait', 'do not wait for what comes of it')
    .option('--timeout <seconds>', 'give up when nothing more came for so long', secondsOption, 60);

const addFix = (quarantine: Command): void => {
  withWaiting(quarantine.command('fix').description('correct a refused record in your editor, and have it taken again'))
    .argument('<record>', 'its id, bad_…')
    .option('--file <path>', 'take the corrected record from this file')
    .option('--as-switch <name>', 'the switch it is of, where the record does not say it')
    .option('--tenant <id>', 'with --without-tenant: whose the record is')
    .configureHelp({ showGlobalOptions: true })
    .action(async (id: string, options: Waiting & { file?: string; asSwitch?: string; tenant?: string }) => {
      const { fixRecord } = await import('../quarantine/fix-record.ts');
      const { file, asSwitch: switchName, wait, timeout } = options;
      process.exitCode = await withClient(
        quarantine.opts<Place>(),
        (client) => fixRecord(client, { id, file, switchName, wait, timeoutMs: timeout * 1000 }, output),
        options.tenant,
      );
    });
};

const addRedrive = (quarantine: Command): void => {
  withWaiting(withFilters(quarantine.command('redrive').description('have refused records taken again as they are')))
    .argument('[record...]', 'their ids; else all that fulfil the options')
    .option('--as-switch <name>', 'the switch they are of, where the records do not say it')
    .option('--dry-run', 'only say what would be done')
    .configureHelp({ showGlobalOptions: true })
    .action(async (ids: readonly string[], options: Which & Waiting & { dryRun?: boolean; asSwitch?: string }) => {
      const filters = filtersOf(options);
      if (ids.length === 0 && Object.keys(filters).length === 0)
        throw new CommandError(
          'say which: their ids, or at least one of --code, --stage, --switch, --since, --until',
          2,
        );
      const { redrive } = await import('../quarantine/redrive-all.ts');
      const { asSwitch } = options;
      const which = { ...filters, ...(ids.length > 0 && { ids }), ...(asSwitch !== undefined && { switch: asSwitch }) };
      process.exitCode = await withClient(quarantine.opts<Place>(), (client) =>
        redrive(
          client,
          { which, dryRun: options.dryRun === true, wait: options.wait, timeoutMs: options.timeout * 1000 },
          output,
        ),
      );
    });
};

const addDismiss = (quarantine: Command): void => {
  quarantine
    .command('dismiss')
    .description('say that refused records need not become events')
    .argument('<record...>', 'their ids, bad_…')
    .requiredOption('--reason <text>', 'why')
    .configureHelp({ showGlobalOptions: true })
    .action(async (ids: readonly string[], { reason }: { reason: string }) => {
      await withClient(quarantine.opts<Place>(), async (client) => {
        for (const id of ids) {
          await client.dismiss(id, reason);
          output.print(`${id} is dismissed`);
        }
      });
    });
};

export const addQuarantineCommands = (program: Command): void => {
  const quarantine = program
    .command('quarantine')
    .description('records that could not be used: look at them, correct them, have them taken again')
    // Of the parent, so that they may stand before or behind the verb.
    .option('--data <dir>', 'those of the `trunkline up` that runs on this folder (default: data)', folderOption)
    .option('--api <url>', 'or: of the API at this address', urlOption)
    .option('--key <secret>', 'API key (default: the installation’s own; with --api: TRUNKLINE_API_KEY)')
    .option('--without-tenant', 'for operators: those whose tenant is unknown, straight from the engines')
    .addHelpText('after', examples);
  for (const add of [addList, addShow, addFix, addRedrive, addDismiss]) add(quarantine);
};
