import { availableParallelism, cpus, totalmem } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createKey } from '../deploy/cli/keys.ts';
import { measureIngest } from './ingest.ts';
import { measureListing, storeCalls } from './listing.ts';
import { measurePipeline } from './pipeline.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import { type Measurement, printReport, progress } from './support/report.ts';
import { tenants } from './support/stored-calls.ts';
import { measureVisible } from './visible.ts';

const help = `Measures Trunkline with all its engines on this machine and prints a table.

  node bench/main.ts [--only pipeline,ingest,visible,listing] [--calls N] [--stored N] [--port-base N]

  --only       which measurements (default: all)
  --calls      calls for pipeline and ingest (default 30000, of 10 events each)
  --stored     calls stored for the listing (default 20000000; a tenth of it is measured first)
  --port-base  first of the ports to use (default 28000)
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'pipeline,ingest,visible,listing' },
    calls: { type: 'string', default: '30000' },
    stored: { type: 'string', default: '20000000' },
    'port-base': { type: 'string', default: '28000' },
    help: { type: 'boolean', default: false },
  },
});

const listing = async (installation: Installation, stored: number): Promise<Measurement[]> => {
  const keys: string[] = [];
  for (let tenant = 0; tenant < tenants; tenant++) {
    const key = await createKey({
      data: installation.dataDir,
      tenant: `bench-${tenant}`,
      name: 'bench',
      scopes: ['calls:read'],
    });
    keys.push(key.secret);
  }
  const untilUs = Date.now() * 1000;
  const tenth = Math.floor(stored / 10);
  // The newest tenth first, so that both sizes hold the same newest calls.
  await storeCalls(installation, stored - tenth, stored, stored, untilUs);
  const small = await measureListing(installation, keys, { first: stored - tenth, total: stored, untilUs });
  await storeCalls(installation, 0, stored - tenth, stored, untilUs);
  return [...small, ...(await measureListing(installation, keys, { first: 0, total: stored, untilUs }))];
};

const measure = async (installation: Installation): Promise<Measurement[]> => {
  const [calls, stored] = [Number(values.calls), Number(values.stored)];
  const rows: Measurement[] = [];
  for (const name of values.only.split(',')) {
    progress(`measuring ${name} ...`);
    if (name === 'pipeline') rows.push(await measurePipeline(installation, calls));
    else if (name === 'ingest') rows.push(await measureIngest(installation, calls));
    else if (name === 'visible') rows.push(await measureVisible(installation));
    else if (name === 'listing') rows.push(...(await listing(installation, stored)));
    else throw new Error(`--only: there is no measurement ${name}`);
  }
  return rows;
};

if (values.help) {
  process.stdout.write(help);
} else {
  const installation = await startInstallation(Number(values['port-base']));
  try {
    const rows = await measure(installation);
    const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
    process.stdout.write(
      `\n${new Date().toISOString().slice(0, 10)}, ${machine}, embedded engines on the same machine\n`,
    );
    printReport(rows);
    process.stdout.write(`\nresident memory at the end, MiB: ${JSON.stringify(installation.residentMiB())}\n`);
  } finally {
    await installation.stop();
  }
}
