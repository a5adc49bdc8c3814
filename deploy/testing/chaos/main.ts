import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { switches } from '../../demo/company.ts';
import { createRandom } from '../../demo/random.ts';
import { createIngestClient } from '../../feed/ingest-client.ts';
import { endInstallation, type Installation, newDataDir, startInstallation } from '../installation.ts';
import { queryRow, storedTotals } from '../stored-totals.ts';
import { startChaosLoad, tell, type Told } from './chaos-load.ts';
import { type Mischief, startMischief } from './mischief.ts';
import { replay } from './replay.ts';
import { tableHashes } from '../table-hashes.ts';
import { differences, storedCalls } from './stored-calls.ts';

const usage = `Usage: node deploy/testing/chaos/main.ts [--events 1000000] [--seed TEXT]

Sends simulated calls through a whole Trunkline, shuffled, repeated, late and partly without their hang-ups, while
processes are killed, frozen, joined by others and started again at random. Then every call must be what its generator
says, and the whole log read once more must not change a byte. Exit code 1 where it is not so; the seed and the data
folder are told.`;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: `${Date.now()}` },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${usage}\n`);
  process.exit(0);
}

const begunMs = performance.now();
const say = (text: string): void => {
  const seconds = String(Math.round((performance.now() - begunMs) / 1000));
  process.stdout.write(`${seconds.padStart(5)} s  ${text}\n`);
};

const check = (holds: boolean, claim: string): void => {
  if (!holds) throw new Error(`does not hold: ${claim}`);
  say(`holds: ${claim}`);
};

const patienceMs = 180_000;

/** Waits for a condition for as long as something still changes; an engine may still be coming back. */
const settled = async (installation: Installation, isSo: () => Promise<boolean>): Promise<boolean> => {
  let [last, changedAt] = ['', performance.now()];
  while (performance.now() - changedAt < patienceMs) {
    let now: string;
    try {
      if (await isSo()) return true;
      now = JSON.stringify(await storedTotals(installation.run()));
    } catch (error) {
      now = String(error);
    }
    if (now !== last) [last, changedAt] = [now, performance.now()];
    await delay(500);
  }
  say(`nothing changes any more: ${last}`);
  return false;
};

const count = async (installation: Installation, condition: string): Promise<number> => {
  const sql = `SELECT count() AS calls FROM calls FINAL WHERE tenant_id = 'demo' AND ${condition}`;
  return (await queryRow<{ calls: number }>(installation.run(), sql)).calls;
};

/** Load and mischief together, until everything but the lost hang-ups is told. */
const badDay = async (installation: Installation): Promise<Told> => {
  const { ingest, api_key: key } = installation.run();
  const events = Number(values.events);
  const startUs = (Date.now() - 10_800_000) * 1000;
  const load = startChaosLoad({ ingest, key, seed: values.seed, events, startUs });
  const mischief: Mischief = startMischief(installation, values.seed);
  const progress = setInterval(() => {
    say(`${load.accepted().toLocaleString('en')} of about ${events.toLocaleString('en')} events accepted`);
  }, 10_000);
  try {
    return await load.told;
  } finally {
    clearInterval(progress);
    await mischief.stop();
    say(`done meanwhile: ${JSON.stringify(mischief.done())}; requests that had to be sent again: ${load.retries()}`);
  }
};

/** Switches list no live channels: what has not ended has lost its hang-up, and the closing rules must end it. */
const closeTheLost = async (installation: Installation, { truths, lost }: Told): Promise<void> => {
  const ended = async (): Promise<number> => count(installation, "state = 'ended'");
  const others = truths.length - lost.size;
  check(await settled(installation, async () => (await ended()) >= others), `${others} calls ended by themselves`);
  const { ingest, api_key: key } = installation.run();
  const client = createIngestClient({ url: ingest, key });
  for (const { name } of switches) {
    const list = { type: 'switch.channels', occurred_at: new Date().toISOString(), payload: { leg_ids: [] } };
    await client.send('/v1/events', { content: JSON.stringify([list]), contentType: 'application/json' }, name);
  }
  const inferred = async (): Promise<number> => count(installation, "has(quality, 'end_inferred')");
  const all = async (): Promise<boolean> => (await ended()) === truths.length && (await inferred()) === lost.size;
  check(await settled(installation, all), `${lost.size} calls whose hang-up was lost were ended by the closing rules`);
  const late = createRandom(`${values.seed}/late`).shuffled([...lost.values()].flat());
  for (let at = 0; at < late.length; at += 400) await tell(client, late.slice(at, at + 400));
};

const compare = async (installation: Installation, told: Told): Promise<void> => {
  let wrong: readonly string[] = [];
  const same = await settled(installation, async () => {
    wrong = differences(await storedCalls(installation.run()), told.truths);
    return wrong.length === 0;
  });
  for (const sentence of wrong.slice(0, 20)) say(sentence);
  check(same, `each of ${told.truths.length} calls is what its generator says (${wrong.length} differences)`);
  check((await count(installation, "has(quality, 'end_inferred')")) === 0, 'the late hang-ups hold against the rules');
  const { recordings, orphans, quarantined } = await storedTotals(installation.run());
  check(recordings === told.recordings.size && orphans === 0, `${told.recordings.size} recordings, each with its call`);
  check(quarantined === told.badRecords, `${told.badRecords} records of no use are kept`);
};

const run = async (installation: Installation): Promise<void> => {
  const told = await badDay(installation);
  await closeTheLost(installation, told);
  await compare(installation, told);
  const hashes = async () =>
    JSON.stringify(await tableHashes(installation.run(), ['calls', 'recordings', 'call_events']));
  const before = await hashes();
  await replay(installation);
  check((await hashes()) === before, 'the whole log again changes not one byte of the tables');
};

const dataDir = newDataDir();
say(`seed ${values.seed}, data in ${dataDir}`);
let installation: Installation | undefined;
try {
  installation = await startInstallation({ dataDir });
  await run(installation);
  await endInstallation(installation, dataDir);
  say('all of it holds');
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  say(`again with: make chaos SEED=${values.seed} EVENTS=${values.events}; data and logs are in ${dataDir}`);
  installation?.kill('SIGTERM');
  await installation?.ended;
  process.exit(1);
}
