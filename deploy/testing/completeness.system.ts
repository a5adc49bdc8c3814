import assert from 'node:assert/strict';
import process from 'node:process';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../runtime/testing/until.ts';
import { createIngestClient } from '../feed/ingest-client.ts';
import { type Installation, newDataDir, removeDataDir, startInstallation } from './installation.ts';

const dataDir = newDataDir();
let running: Installation | null = null;
after(async () => {
  running?.kill('SIGKILL');
  await running?.ended;
  await delay(1000);
  removeDataDir(dataDir);
});

const numbers = 20_000;
const eventsPerCall = 4;
const dropped = new Set([3_333, 3_334, 17_001]);
const repeated = [10, 4_000, 4_001, 12_345, 19_998];
const corrupted = [777, 15_555];

const types = ['leg.created', 'leg.progress', 'leg.answered', 'leg.ended'] as const;
const startMs = Date.now() - 7_200_000;

/** The event that a sender with numbers of its own gives this number. */
const eventOf = (seq: number): Record<string, unknown> => {
  const call = Math.floor(seq / eventsPerCall);
  const startedAt = new Date(startMs + call * 10).toISOString();
  const type = types[seq % eventsPerCall] ?? 'leg.created';
  const leg = { direction: 'in', endpoint_kind: 'trunk', caller_number: '+442079460123', dialled: '1002' };
  return {
    type,
    switch_id: 'pbx-1',
    boot_id: 'boot-1',
    native: { seq },
    call_key: `c-${call}`,
    call_started_at: startedAt,
    leg_id: `l-${call}`,
    occurred_at: new Date(startMs + call * 10 + (seq % eventsPerCall) * 1000).toISOString(),
    payload: type === 'leg.created' ? { leg } : type === 'leg.progress' ? { kind: 'ringing' } : {},
  };
};

/** A line of NDJSON; one that is broken, and one with a field that is wrong. */
const lineOf = (seq: number): string => {
  if (seq === corrupted[0]) return JSON.stringify(eventOf(seq)).slice(0, -1);
  return JSON.stringify(seq === corrupted[1] ? { ...eventOf(seq), occurred_at: 'yesterday' } : eventOf(seq));
};

const lines = Array.from({ length: numbers }, (_, seq) => seq).flatMap((seq) =>
  dropped.has(seq) ? [] : repeated.includes(seq) ? [lineOf(seq), lineOf(seq)] : [lineOf(seq)],
);

type Report = {
  data: {
    hours: {
      numbered: boolean;
      complete: boolean | null;
      gaps: { boot_id: string; from_seq: number; to_seq: number }[];
    }[];
    totals: Record<string, number>;
  };
};

const report = async (installation: Installation): Promise<Report['data'] | null> => {
  const { api, api_key } = installation.run();
  try {
    const answer = await fetch(`${api}/v1/audit/completeness?switch_id=pbx-1`, { headers: { 'x-api-key': api_key } });
    return answer.ok ? ((await answer.json()) as Report).data : null;
  } catch {
    return null;
  }
};

const expected = {
  published: lines.length,
  accepted: numbers - dropped.size - corrupted.length,
  duplicate: repeated.length,
  quarantined: corrupted.length,
  waiting: 0,
  unaccounted: 0,
  missing: dropped.size,
  quarantined_unsettled: corrupted.length,
  quarantined_unnumbered: 0,
};

/** Waits until the report says what was sent, or nothing more changes. */
const isExact = async (installation: Installation): Promise<void> => {
  const patienceMs = 60_000;
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    const found = await report(installation);
    const text = JSON.stringify(found?.totals);
    if (performance.now() - changedAt > patienceMs) assert.deepEqual(found?.totals, expected);
    if (found !== null && text === JSON.stringify(expected)) {
      assert.deepEqual(
        found.hours.flatMap(({ gaps }) => gaps).map(({ boot_id, from_seq, to_seq }) => [boot_id, from_seq, to_seq]),
        [
          ['boot-1', 3_333, 3_334],
          ['boot-1', 17_001, 17_001],
        ],
      );
      assert.ok(found.hours.every(({ numbered }) => numbered));
      assert.ok(found.hours.some(({ complete }) => complete === false));
      return;
    }
    if (text !== last) changedAt = performance.now();
    last = text;
    await delay(500);
  }
};

const victims = ['processor-completeness', 'processor-calls', 'clickhouse', 'processor-quarantine'];

/** How many messages a process has counted since it started, by its own metric. */
const counted = async ({ portBase }: Installation, port: number, metric: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${portBase + port}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${metric}(?:{[^}]*})? (\\d+)$`, 'gm'))].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
};

test('of numbered events 3 dropped, 5 sent twice and 2 corrupted are told exactly, with kills and a full replay', {
  timeout: 300_000,
}, async () => {
  const first = await startInstallation({ dataDir });
  running = first;
  const client = createIngestClient({ url: first.run().ingest, key: first.run().api_key });
  const size = Math.ceil(lines.length / victims.length);
  for (const [at, victim] of victims.entries()) {
    const content = lines.slice(at * size, (at + 1) * size).join('\n');
    await client.send('/v1/events', { content, contentType: 'application/x-ndjson' });
    const pid = first.run().processes[victim] as number;
    process.kill(pid, 'SIGKILL');
    await until(() => first.run().processes[victim] !== pid && first.output().includes(`${victim} is back`));
  }
  await isExact(first);
  first.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);

  const groups = ['COMPLETENESS', 'CALLS', 'QUARANTINE'].map((name) => [`TRUNKLINE_${name}_GROUP`, 'replay']);
  const env = Object.fromEntries(groups.map(([name, group]) => [name, `${group}-${name}`]));
  const second = await startInstallation({ dataDir, portBase: first.portBase, env });
  running = second;
  await until(async () => (await counted(second, 12, 'trunkline_completeness_messages_total')) >= lines.length);
  await until(
    async () => (await counted(second, 5, 'trunkline_calls_events_total')) >= lines.length - corrupted.length,
  );
  await isExact(second);
  second.kill('SIGTERM');
  assert.equal((await second.ended).code, 0);
  running = null;
});
