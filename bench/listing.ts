import { rowBinaryEncoder } from '../runtime/row-binary.ts';
import type { CallRow } from '../schemas/call-row.ts';
import { callColumns } from '../schemas/clickhouse-columns.ts';
import type { Installation } from './support/installation.ts';
import { percentiles } from './support/percentiles.ts';
import { type Measurement, progress } from './support/report.ts';
import { storedCall, tenants } from './support/stored-calls.ts';

const insertRows = 20_000;
const warmUps = 20;
const requests = 300;
const statisticsDays = 30;

/** Stores calls up to this number, the oldest first. `from` is how many are there already. */
export const storeCalls = async (
  { clickhouse }: Installation,
  from: number,
  to: number,
  total: number,
  untilUs: number,
): Promise<void> => {
  const { columns, encode } = rowBinaryEncoder<CallRow>(callColumns);
  for (let first = from; first < to; first += insertRows) {
    const rows = Array.from({ length: Math.min(insertRows, to - first) }, (_, at) =>
      storedCall(first + at, total, untilUs),
    );
    await clickhouse.insertRows('calls', columns, encode(rows));
    if ((first / insertRows) % 50 === 0) progress(`listing: ${first + rows.length} of ${to} calls stored`);
  }
};

type Ask = (number: number) => string;

/** Latency of one request after another through the API, ms. */
export const measureRequests = async (
  installation: Installation,
  keys: readonly string[],
  ask: Ask,
): Promise<ReturnType<typeof percentiles>> => {
  const elapsedMs: number[] = [];
  for (let number = 0; number < warmUps + requests; number++) {
    const startedAt = performance.now();
    const answer = await fetch(`${installation.run.api}${ask(number)}`, {
      headers: { 'x-api-key': keys[number % tenants] as string },
    });
    const body = (await answer.json()) as { data?: unknown };
    if (answer.status !== 200 || body.data === undefined)
      throw new Error(`${ask(number)} answered ${answer.status}: ${JSON.stringify(body)}`);
    if (number >= warmUps) elapsedMs.push(performance.now() - startedAt);
  }
  return percentiles(elapsedMs);
};

const ms = ({ p50, p99 }: { p50: number; p99: number }): string => `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;

const newestWithFilters: Ask = () => '/v1/calls?limit=50&direction=inbound&disposition=answered&min_duration=60';

/** Calls `first` up to `total` are stored, ending at `untilUs`. */
export type Stored = { first: number; total: number; untilUs: number };

/** The listing rows of the report for the calls stored so far. */
export const measureListing = async (
  installation: Installation,
  keys: readonly string[],
  { first, total, untilUs }: Stored,
): Promise<Measurement[]> => {
  const stored = total - first;
  const size = `${(stored / 1e6).toFixed(stored < 1e6 ? 1 : 0)} M calls`;
  const how = `${requests} requests through the API one after another, ${tenants} tenants`;
  /** A call of the tenant whose key request `number` takes. */
  const anyCall = (number: number): CallRow => {
    const nth = (number * 15_485_863) % Math.floor(stored / tenants);
    return storedCall(first + nth * tenants + (number % tenants), total, untilUs);
  };
  const [until, since] = [0, statisticsDays].map((daysAgo) => hourOf(untilUs / 1000 - daysAgo * 86_400_000));
  const row = async (what: string, bar: string, ask: Ask): Promise<Measurement> => ({
    what: `${what}, ${size}`,
    figure: ms(await measureRequests(installation, keys, ask)),
    bar,
    how,
  });
  return [
    await row('newest 50 of one tenant with 3 filters', 'p99 ≤ 60 ms', newestWithFilters),
    await row('call by id', 'p99 ≤ 30 ms', (number) => `/v1/calls/${anyCall(number).call_id}`),
    await row(
      'newest 50 calls of one caller',
      'none',
      (number) => `/v1/calls?limit=50&caller=${encodeURIComponent(anyCall(number).caller_number)}`,
    ),
    await row(
      `queue statistics, ${statisticsDays} days by hour, one queue`,
      'p99 ≤ 150 ms',
      (number) => `/v1/queues/queue-${number % 5}/stats?interval=hour&from=${since}&to=${until}`,
    ),
  ];
};

const hourOf = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 13)}:00:00Z`;
