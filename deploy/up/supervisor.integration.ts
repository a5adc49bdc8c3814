import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { until } from '../../runtime/testing/until.ts';
import type { ChildSpec } from './child.ts';
import { openLogFile } from './log-file.ts';
import { type Death, supervise, type SupervisorEvents } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'trunkline-supervisor-'));
after(() => rmSync(folder, { recursive: true }));

const child = (name: string, script: string): ChildSpec => ({
  name,
  args: ['-e', script],
  env: {},
  readiness: { kind: 'line' },
});

const ready = "console.log('ready 127.0.0.1:1');";
const untilStopped = 'process.stdin.on("end", () => process.exit()).resume();';

type Seen = { pids: number[]; deaths: Death[]; back: number };

const watch = (): { seen: Seen; events: SupervisorEvents } => {
  const seen: Seen = { pids: [], deaths: [], back: 0 };
  return {
    seen,
    events: {
      started: (_, pid) => void seen.pids.push(pid),
      died: (death) => void seen.deaths.push(death),
      back: () => void seen.back++,
    },
  };
};

test('a child that is killed comes back, with its last words told', { timeout: 30_000 }, async () => {
  const { seen, events } = watch();
  const log = openLogFile(join(folder, 'killed.log'));
  const one = supervise(child('one', `${ready} console.error('so it goes'); ${untilStopped}`), log, events);
  await one.ready;
  await until(() => log.lastLines(20).includes('so it goes'));
  process.kill(seen.pids[0] as number, 'SIGKILL');
  await until(() => seen.back === 1);
  assert.equal(seen.deaths.length, 1);
  assert.equal(seen.deaths[0]?.how, 'killed by SIGKILL');
  assert.ok(seen.deaths[0]?.lastWords.includes('so it goes'));
  assert.notEqual(seen.pids[1], seen.pids[0]);
  assert.equal(await one.stop(10_000), 'stopped');
  assert.throws(() => process.kill(seen.pids[1] as number, 0), { code: 'ESRCH' });
});

test('a child that never gets ready fails the start and is not tried for ever', { timeout: 30_000 }, async () => {
  const { seen, events } = watch();
  const log = openLogFile(join(folder, 'broken.log'));
  const broken = supervise(child('broken', "console.error('no disk'); process.exit(7)"), log, events);
  await assert.rejects(broken.ready, /broken does not start \(exit code 7\)[^]*no disk/);
  assert.equal(seen.pids.length, 3);
});

test('a child that does not stop is killed', { timeout: 30_000 }, async () => {
  const { seen, events } = watch();
  const log = openLogFile(join(folder, 'stubborn.log'));
  const script = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); ${ready}`;
  const stubborn = supervise(child('stubborn', script), log, events);
  await stubborn.ready;
  assert.equal(await stubborn.stop(200), 'killed');
  assert.throws(() => process.kill(seen.pids[0] as number, 0), { code: 'ESRCH' });
});
