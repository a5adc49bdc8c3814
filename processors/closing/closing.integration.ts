import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { migrate } from '../../deploy/migrate/migrate.ts';
import { engineEnvironment } from '../../deploy/testing/engine-environment.ts';
import { startEngines } from '../../deploy/testing/engines.ts';
import { createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createPublisher } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { until } from '../../runtime/testing/until.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { callEventKey, topics } from '../../schemas/topics.ts';
import { epochUs, eventTable } from '../testing/event-table.ts';
import { settings } from './settings.ts';

const engines = await startEngines({ kafka: true, clickhouse: true, s3: true });
const name = `closing_${process.pid}`;
const env = {
  ...engineEnvironment(engines, name),
  TRUNKLINE_CALLS_GROUP: `${name}_calls`,
  TRUNKLINE_CLOSING_GROUP: `${name}_closing`,
  TRUNKLINE_CLOSING_SWEEP_SECONDS: '1',
  TRUNKLINE_CLOSING_SILENCE_SECONDS: '600',
  TRUNKLINE_CLOSING_ANCHOR_GRACE_SECONDS: '1',
  TRUNKLINE_LOG_LEVEL: 'error',
};
const logger = createLogger('test', 'silent');
const config = readConfig(settings, env);
const clickhouse = createClickHouse(config, logger);
const kafka = createKafka(config, logger);
const main = fileURLToPath(new URL('../../deploy/cli/main.ts', import.meta.url));
const processes = new Set<ChildProcess>();

const start = (processor: 'calls' | 'closing', port = 0): ChildProcess => {
  const child = spawn(process.execPath, [main, 'processor', processor, '--with-parent'], {
    env: { ...process.env, ...env, TRUNKLINE_HTTP_PORT: String(port) },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  processes.add(child);
  return child;
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  processes.delete(child);
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
};

/** Event tables begin in the past; these happened an hour ago, and were heard then. */
const shiftUs = Date.now() * 1000 - 3_600_000_000 - epochUs;
const recent = (events: readonly Event[]): Event[] =>
  events.map((event) => ({
    ...event,
    occurred_at: event.occurred_at + shiftUs,
    observed_at: event.observed_at + shiftUs,
    call_started_at: event.call_started_at === null ? null : event.call_started_at + shiftUs,
  }));

const publish = async (events: readonly Event[]): Promise<void> => {
  const publisher = await createPublisher(kafka);
  await publisher.publish(
    recent(events).map((event) => ({
      topic: event.type.startsWith('switch.') ? topics.switchEvents : topics.callEvents,
      key: event.type.startsWith('switch.') ? event.switch_id : callEventKey(event.tenant_id, event.call_key),
      value: encodeEvent(event),
    })),
  );
  await publisher.stop();
};

const talking = (call: string, boot: string, pbx: string): Event[] =>
  eventTable(
    `
    0 leg.created  a-${call} anchor=0 switch=${pbx} boot=${boot} dir=in kind=user from=1001 to=1002
    1 leg.created  b-${call} anchor=0 switch=${pbx} boot=${boot} dir=out kind=user to=1002
    5 leg.answered b-${call} anchor=0 switch=${pbx} boot=${boot}
    5 leg.bridged  a-${call} anchor=0 switch=${pbx} boot=${boot} with=b-${call}`,
    { call },
  );

const keys = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

type Count = { readonly n: string };

const count = async (sql: string): Promise<number> => Number((await clickhouse.query<Count>(sql))[0]?.n);

/** Calls by key prefix, state and whether their end is inferred. */
const calls = async (prefix: string, state: string, inferred: boolean): Promise<number> =>
  count(
    `SELECT count() AS n FROM calls FINAL
     WHERE startsWith(call_key, '${prefix}') AND state = '${state}' AND has(quality, 'end_inferred') = ${inferred}`,
  );

const conclusions = async (type: string): Promise<number> =>
  count(`SELECT uniqExact(event_id) AS n FROM call_events WHERE type = '${type}'`);

const metric = async (port: number, pattern: RegExp): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`).catch(() => null);
  return Number(pattern.exec((await answer?.text()) ?? '')?.[1] ?? 0);
};

suite('calls whose end never came, on Kafka and ClickHouse', { timeout: 180_000 }, () => {
  before(async () => {
    await migrate(env, () => undefined);
  });
  after(async () => {
    for (const child of processes) child.kill('SIGKILL');
    await clickhouse.close();
    await engines.stop();
  });

  test('end after a crash of their switch, once, though the closing processor is killed too', async () => {
    const callsProcessor = start('calls');
    await publish(keys('crashed', 200).flatMap((key) => talking(key, 'b1', 'pbx1')));
    await publish(keys('alive', 20).flatMap((key) => talking(key, 'p1', 'pbx2')));
    await publish(
      keys('orphan', 20).flatMap((call) => eventTable('1 leg.created b dir=out\n9 leg.ended b q850=16', { call })),
    );
    await publish(
      eventTable(`
        60   switch.heartbeat - call= boot=b1
        90   switch.started   - call= boot=b2
        3590 switch.heartbeat - call= boot=b2
        3590 switch.heartbeat - call= boot=p1 switch=pbx2`),
    );
    const first = start('closing');
    await until(async () => (await conclusions('call.end_inferred')) > 0);
    await end(first, 'SIGKILL');

    const [second, third] = [start('closing'), start('closing')];
    await until(
      async () => (await calls('crashed', 'ended', true)) === 200 && (await calls('orphan', 'ended', false)) === 20,
    );
    assert.equal(await calls('alive', 'active', false), 20);
    assert.equal(await conclusions('call.end_inferred'), 400);
    assert.equal(await conclusions('call.anchored'), 20);
    const ends = await clickhouse.query<{ ms: string }>(
      `SELECT DISTINCT toString(duration_ms) AS ms FROM calls FINAL WHERE startsWith(call_key, 'crashed')`,
    );
    assert.deepEqual(ends, [{ ms: '60000' }]);

    await publish(
      keys('crashed', 10).flatMap((call) =>
        eventTable(`70 leg.ended b-${call} anchor=0 boot=b1 q850=16\n70 leg.ended a-${call} anchor=0 boot=b1 q850=16`, {
          call,
        }),
      ),
    );
    await until(async () => (await calls('crashed', 'ended', false)) === 10);
    await Promise.all([callsProcessor, second, third].map(async (child) => end(child, 'SIGTERM')));
  });

  test('are not ended while what the calls processor has not read yet may say otherwise', async () => {
    const first = start('calls');
    await publish(talking('quiet', 'q1', 'pbx3'));
    await publish(eventTable('10 switch.heartbeat - call= boot=q1 switch=pbx3'));
    await until(async () => (await calls('quiet', 'active', false)) === 1);
    await end(first, 'SIGTERM');
    // The hang-up is in the log, and nobody has read it.
    await publish(
      eventTable(
        `
        90 leg.ended b-quiet anchor=0 boot=q1 switch=pbx3 q850=16
        90 leg.ended a-quiet anchor=0 boot=q1 switch=pbx3 q850=16`,
        { call: 'quiet' },
      ),
    );
    const port = 20_000 + (process.pid % 10_000);
    const closing = start('closing', port);
    const sweeps = /closing_sweeps_total\{[^}]*outcome="held"[^}]*\} (\d+)/;
    await until(async () => (await metric(port, sweeps)) > 0);
    const second = start('calls');
    await until(async () => (await calls('quiet', 'ended', false)) === 1);
    const done = /closing_sweeps_total\{[^}]*outcome="done"[^}]*\} (\d+)/;
    await until(async () => (await metric(port, done)) > 0);
    assert.equal(
      await count(
        `SELECT count() AS n FROM call_events WHERE type = 'call.end_inferred' AND call_id IN (SELECT call_id FROM calls WHERE call_key = 'quiet')`,
      ),
      0,
    );
    await Promise.all([closing, second].map(async (child) => end(child, 'SIGTERM')));
  });
});
