import { availableParallelism, cpus, totalmem } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createKey } from '../deploy/cli/keys.ts';
import { measureEmbeddedClickHouse } from './embedded-clickhouse.ts';
import { measureEmbeddedKafka } from './embedded-kafka.ts';
import { measureEmbeddedS3 } from './embedded-s3.ts';
import { measureIngest } from './ingest.ts';
import { measureListing, storeCalls } from './listing.ts';
import { measurePipeline } from './pipeline.ts';
import { type Installation, startInstallation } from './support/installation.ts';
import { startOnContainers } from './support/on-containers.ts';
import { type Measurement, printReport, progress } from './support/report.ts';
import { tenants } from './support/stored-calls.ts';
import { measureVisible } from './visible.ts';

const help = `Measures Trunkline with all its engines on this machine and prints a table.

  node bench/main.ts [--only pipeline,ingest,visible,listing,embedded-kafka,embedded-clickhouse,embedded-s3] [--calls N] [--stored N] [--log-gib N] [--engines embedded] [--port-base N]

  --only       which measurements (default: all)
  --calls      calls for pipeline and ingest (default 30000, of 10 events each)
  --stored     calls stored for the listing (default 20000000; a tenth of it is measured first)
  --log-gib    size of the log that the embedded Kafka opens (default 10)
  --engines    embedded, containers (needs Docker, as \`make test-engines\` does) or both (default embedded)
  --port-base  first of the ports to use (default 28000)
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'pipeline,ingest,visible,listing,embedded-kafka,embedded-clickhouse,embedded-s3' },
    calls: { type: 'string', default: '30000' },
    stored: { type: 'string', default: '20000000' },
    'log-gib': { type: 'string', default: '10' },
    engines: { type: 'string', default: 'embedded' },
    'port-base': { type: 'string', default: '28000' },
    help: { type: 'boolean', default: false },
  },
});

const listing = async (installation: Installation, stored: number): Promise<Measurement[]> => {
  if (installation.dataDir === null) throw new Error('--only listing: measured on embedded engines only');
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

/** What needs a whole Trunkline. */
const ofInstallation = {
  pipeline: async (installation) => [await measurePipeline(installation, Number(values.calls))],
  ingest: async (installation) => [await measureIngest(installation, Number(values.calls))],
  visible: async (installation) => [await measureVisible(installation)],
  listing: async (installation) => listing(installation, Number(values.stored)),
} satisfies Record<string, (installation: Installation) => Promise<Measurement[]>>;

/** What needs one engine alone. */
const ofEngine = {
  'embedded-kafka': async () => measureEmbeddedKafka(Number(values['log-gib'])),
  'embedded-clickhouse': measureEmbeddedClickHouse,
  'embedded-s3': measureEmbeddedS3,
} satisfies Record<string, () => Promise<Measurement[]>>;

const isOf = <Name extends string>(measurements: Record<Name, unknown>, name: string): name is Name =>
  Object.hasOwn(measurements, name);

/** Which engines a whole Trunkline runs on. */
const starts = {
  embedded: async () => startInstallation(Number(values['port-base'])),
  containers: startOnContainers,
} satisfies Record<string, () => Promise<Installation>>;

const measureInstallation = async (
  engines: keyof typeof starts,
  names: readonly (keyof typeof ofInstallation)[],
): Promise<Measurement[]> => {
  const rows: Measurement[] = [];
  const installation = await starts[engines]();
  try {
    for (const name of names) {
      progress(`measuring ${name} ...`);
      rows.push(...(await ofInstallation[name](installation)));
    }
    progress(`${engines}: resident memory at the end, MiB: ${JSON.stringify(installation.residentMiB())}`);
  } finally {
    await installation.stop();
  }
  return rows;
};

const measure = async (names: readonly string[]): Promise<Measurement[]> => {
  const unknown = names.filter((name) => !isOf(ofInstallation, name) && !isOf(ofEngine, name));
  if (unknown.length > 0) throw new Error(`--only: there is no measurement ${unknown.join(', ')}`);
  const whole = names.filter((name) => isOf(ofInstallation, name));
  const sets = values.engines === 'both' ? ['embedded', 'containers'] : [values.engines];
  const rows: Measurement[] = [];
  for (const engines of whole.length > 0 ? sets : []) {
    if (!isOf(starts, engines)) throw new Error(`--engines: there are no engines ${engines}`);
    const found = await measureInstallation(engines, whole);
    rows.push(...found.map((row) => (sets.length > 1 ? { ...row, what: `${row.what} (engines: ${engines})` } : row)));
  }
  for (const name of names) {
    if (!isOf(ofEngine, name)) continue;
    progress(`measuring ${name} ...`);
    rows.push(...(await ofEngine[name]()));
  }
  return rows;
};

if (values.help) {
  process.stdout.write(help);
} else {
  const rows = await measure(values.only.split(','));
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, everything on the same machine`;
  process.stdout.write(`\n${new Date().toISOString().slice(0, 10)}, ${machine}\n`);
  printReport(rows);
}
