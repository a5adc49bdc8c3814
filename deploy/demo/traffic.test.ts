import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { IngestClient } from '../feed/ingest-client.ts';
import { readDemoState } from './demo-state.ts';
import { runTraffic } from './traffic.ts';

const folder = mkdtempSync(join(tmpdir(), 'trunkline-demo-'));
after(() => rmSync(folder, { recursive: true }));

type Told = Record<string, string>;

const keyOf = (event: Told): string =>
  [event['Event-Name'], event['CC-Action'], event['Unique-ID'], event['CC-Agent'], event['Event-Sequence']].join(' ');

/** Runs the demo by a clock of its own until an instant; gives what it told ingest. */
const play = async (fromUs: number, untilUs: number): Promise<{ events: Told[]; uploads: string[] }> => {
  const told = { events: [] as Told[], uploads: [] as string[] };
  const stop = new AbortController();
  const client: IngestClient = {
    send: async (_, { content }) => {
      const events = JSON.parse(String(content)) as Told[];
      told.events.push(...events);
      return { accepted: events.length, ignored: 0, rejected: [] };
    },
    upload: async ({ recordingId }) => void told.uploads.push(recordingId),
  };
  let now = fromUs;
  const pause = async (): Promise<void> => {
    now += 1_000_000;
    if (now >= untilUs) stop.abort();
  };
  const clock = { nowUs: () => now, pause };
  const logger = { info: () => {} };
  await runTraffic({ client, stateDir: folder, seed: 'test', signal: stop.signal, logger, clock });
  return told;
};

const startUs = 1_790_000_000_000_000;
const minutes = (count: number): number => count * 60_000_000;

test('a day of history is told once; after a stop the calls under way end, and new ones come', async () => {
  const first = await play(startUs, startUs + minutes(5));
  const callsOf = (events: readonly Told[]): Set<string> =>
    new Set(events.map((event) => event['Channel-Call-UUID'] ?? (event['CC-Member-Session-UUID'] as string)));
  assert.ok(callsOf(first.events).size > 1900 && callsOf(first.events).size < 2700, `${callsOf(first.events).size}`);
  assert.ok(first.uploads.length > 400);
  assert.equal(new Set(first.events.map(keyOf)).size, first.events.length, 'an event is told twice');

  const resumed = startUs + minutes(40);
  const second = await play(resumed, resumed + minutes(5));
  const all = [...first.events, ...second.events];
  assert.equal(new Set(all.map(keyOf)).size, all.length, 'an event is told again');
  assert.equal(readDemoState(folder)?.periods.length, 3);

  const ended = new Set(
    all.filter((event) => event['Event-Name'] === 'CHANNEL_HANGUP_COMPLETE').map((event) => event['Unique-ID']),
  );
  const created = first.events.filter((event) => event['Event-Name'] === 'CHANNEL_CREATE');
  const open = created.filter((event) => !ended.has(event['Unique-ID'] as string));
  assert.deepEqual(open, [], 'a call of the first run never ends');
});
