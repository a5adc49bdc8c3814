import { callCentre, type SimulatedCall } from '../../demo/call-centre.ts';
import { createRandom, type Random } from '../../demo/random.ts';
import { uploadRecording } from '../../demo/send.ts';
import type { NativeEvent, TimedEvent } from '../../demo/simulated-switch.ts';
import type { CallTruth } from '../../demo/truth.ts';
import { createIngestClient, type IngestClient } from '../../feed/ingest-client.ts';

// Calls as a bad day brings them: their events shuffled among a hundred calls, some twice, some much later than the
// rest, some hang-ups not at all until the very end, and records between them that are of no use.

export type ChaosLoadOptions = {
  readonly ingest: string;
  readonly key: string;
  readonly seed: string;
  /** About so many events in all. */
  readonly events: number;
  readonly startUs: number;
};

/** What the generator knows when all but the lost hang-ups is told. */
export type Told = {
  readonly truths: readonly CallTruth[];
  readonly recordings: ReadonlySet<string>;
  readonly badRecords: number;
  /** Events of calls whose hang-up was lost; told later, they make each call what its truth says. */
  readonly lost: ReadonlyMap<string, readonly NativeEvent[]>;
};

export type ChaosLoad = {
  readonly accepted: () => number;
  readonly retries: () => number;
  readonly told: Promise<Told>;
};

const lanes = 4;
const callsPerBlock = 100;
const recordsPerRequest = 400;
const twice = 0.05;
const later = 0.05;
const hangupLost = 0.01;
/** Audio costs far more than events: some of the recorded calls upload it. */
const uploaded = 0.05;

type World = {
  readonly options: ChaosLoadOptions;
  readonly client: IngestClient;
  readonly truths: CallTruth[];
  readonly recordings: Set<string>;
  readonly lost: Map<string, readonly NativeEvent[]>;
  begun: number;
  accepted: number;
  badRecords: number;
};

export const startChaosLoad = (options: ChaosLoadOptions): ChaosLoad => {
  let retries = 0;
  const onRetry = (): void => void retries++;
  const world: World = {
    options,
    client: createIngestClient({ url: options.ingest, key: options.key, onRetry }),
    truths: [],
    recordings: new Set(),
    lost: new Map(),
    begun: 0,
    accepted: 0,
    badRecords: 0,
  };
  const told = Promise.all(Array.from({ length: lanes }, async (_, lane) => runLane(world, lane))).then(() => world);
  return { accepted: () => world.accepted, retries: () => retries, told };
};

const runLane = async (world: World, lane: number): Promise<void> => {
  const random = createRandom(`${world.options.seed}/lane/${lane}`);
  const centre = callCentre(world.options.seed);
  let held: NativeEvent[] = [];
  while (world.begun < world.options.events) {
    const calls = Array.from({ length: callsPerBlock }, () => {
      const which = world.truths.length;
      const call = centre.callAt(which, world.options.startUs + which * 10_000);
      world.truths.push(call.truth);
      return call;
    });
    const now = held;
    held = [];
    for (const call of calls) {
      for (const event of toTell(world, random, call)) {
        world.begun += 1;
        (random.chance(later) ? held : now).push(event);
        if (random.chance(twice)) (random.chance(0.5) ? held : now).push(event);
      }
    }
    await send(world, random, now);
    for (const call of calls) await upload(world, random, call);
  }
  await send(world, random, held);
};

const eventsOf = (events: readonly TimedEvent[]): NativeEvent[] => events.map(({ event }) => event);

/** A call's events, but for those that are lost from its first hang-up on. */
const toTell = (world: World, random: Random, call: SimulatedCall): NativeEvent[] => {
  if (!random.chance(hangupLost)) return eventsOf(call.events);
  const hangUp = call.events.findIndex(({ event }) => event['Event-Name'] === 'CHANNEL_HANGUP');
  world.lost.set(call.truth.call_key, eventsOf(call.events.slice(hangUp)));
  return eventsOf(call.events.slice(0, hangUp));
};

const upload = async (world: World, random: Random, call: SimulatedCall): Promise<void> => {
  if (call.recording === null || !random.chance(uploaded)) return;
  await uploadRecording(world.client, call);
  world.recordings.add(call.recording.recording_id);
};

const send = async (world: World, random: Random, events: readonly NativeEvent[]): Promise<void> => {
  const mixed = random.shuffled(events);
  for (let at = 0; at < mixed.length; at += recordsPerRequest) {
    const records: unknown[] = mixed.slice(at, at + recordsPerRequest);
    if (random.chance(0.2)) records.push({ nonsense: `${world.options.seed} ${world.badRecords++}` });
    await tell(world.client, records);
    world.accepted += records.length;
  }
};

/** Resolves when ingest has said that all of it is safe. */
export const tell = async (client: IngestClient, records: readonly unknown[]): Promise<void> => {
  if (records.length === 0) return;
  await client.send('/v1/ingest/freeswitch/events', {
    content: JSON.stringify(records),
    contentType: 'application/json',
  });
};
