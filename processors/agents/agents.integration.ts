import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { migrate } from '../../deploy/migrate/migrate.ts';
import { engineEnvironment } from '../../deploy/testing/engine-environment.ts';
import { startEngines } from '../../deploy/testing/engines.ts';
import { createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createPublisher } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { until } from '../../runtime/testing/until.ts';
import * as columns from '../../schemas/clickhouse-columns.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import { topics } from '../../schemas/topics.ts';
import { agentTablesOf } from '../testing/agent-tables.ts';
import { eventTable } from '../testing/event-table.ts';
import { settings } from './service.ts';

const engines = await startEngines({ kafka: true, clickhouse: true, s3: true });
const name = `agents_${process.pid}`;
const env = { ...engineEnvironment(engines, name), TRUNKLINE_AGENTS_GROUP: name, TRUNKLINE_LOG_LEVEL: 'error' };
const config = readConfig(settings, env);
const logger = createLogger('test', 'silent');
const clickhouse = createClickHouse(config, logger);
const kafka = createKafka(config, logger);
const main = fileURLToPath(new URL('../../deploy/cli/main.ts', import.meta.url));
const processes: ChildProcess[] = [];

const start = (): ChildProcess => {
  const child = spawn(process.execPath, [main, 'processor', 'agents', '--with-parent'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  processes.push(child);
  return child;
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
};

before(async () => {
  await migrate(env, () => undefined);
});

after(async () => {
  await Promise.all(processes.map(async (child) => end(child, 'SIGKILL')));
  await clickhouse.command(`DROP DATABASE ${name}`);
  await clickhouse.close();
  await engines.stop();
});

const agents = Array.from({ length: 40 }, (_, agent) => agent);
const told = agents.flatMap((agent) =>
  eventTable(
    `
    0   agent.logged_in  - agent=a${agent} session=s${agent}
    10  queue.connected  - agent=a${agent} visit=v${agent} anchor=0
    40  queue.completed  - agent=a${agent} visit=v${agent} anchor=0
    41  agent.paused     - agent=a${agent} reason=tea
    90000 agent.unpaused - agent=a${agent}`,
    { tenant: agent % 2 === 0 ? 'acme' : 'umbra' },
  ),
);
const restart = eventTable('100 switch.started -', { tenant: 'acme' });

type Seen = { agent_id: string; day_at: string; version: string; spans: unknown };

const seen = async (): Promise<Seen[]> =>
  clickhouse.query<Seen>(
    `SELECT tenant_id, agent_id, toString(toUnixTimestamp64Micro(day_at)) AS day_at, toString(version) AS version,
       arrayMap(one -> (one.kind, one.scope, toUnixTimestamp64Micro(one.from), toUnixTimestamp64Micro(one.to), one.told), spans) AS spans
     FROM agent_spans FINAL ORDER BY tenant_id, agent_id, day_at`,
  );

test('the tables have the columns that rows are written with', async () => {
  for (const [table, declared] of [
    ['agent_events', columns.agentEventColumns],
    ['agent_spans', columns.agentDayColumns],
  ] as const) {
    const rows = await clickhouse.query<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {table:String}',
      { table },
    );
    const types = rows.map(({ name: column, type }) => [column, type.replaceAll(", 'UTC'", '').replaceAll('`', '')]);
    assert.deepEqual(Object.fromEntries(types), declared, table);
  }
});

test('what three topics tell of agents becomes their days, though the processor is killed; a replay changes nothing', async () => {
  const publisher = await createPublisher(kafka);
  const publish = async (events: typeof told): Promise<void> =>
    publisher.publish(
      events.map((event) => ({
        topic: event.type.startsWith('queue.')
          ? topics.callEvents
          : event.type.startsWith('switch.')
            ? topics.switchEvents
            : topics.agentEvents,
        key: event.event_id,
        value: encodeEvent(event),
      })),
    );
  const expected = (await agentTablesOf([[...told, ...restart].map(encodeEvent)])).days.final();
  const isThere = async (): Promise<boolean> => {
    const versions = new Map((await seen()).map(({ agent_id, day_at, version }) => [`${agent_id} ${day_at}`, version]));
    return expected.every((row) => versions.get(`${row.agent_id} ${row.day_at}`) === String(row.version));
  };
  await publish(told.slice(0, 100));
  const first = start();
  await until(async () => (await seen()).length > 0);
  await end(first, 'SIGKILL');
  await publish(told.slice(100));
  start();
  await publish(restart);
  await until(isThere);
  const rows = await seen();
  assert.equal(rows.length, expected.length);
  assert.deepEqual(
    rows.map(({ spans }) => JSON.stringify(spans).length > 2),
    expected.map(({ spans }) => spans.length > 0),
  );
  await publish([...told, ...restart]);
  await publish(eventTable('200000 agent.logged_in - agent=last', { tenant: 'acme' }));
  await until(async () => (await seen()).some(({ agent_id }) => agent_id === 'last'));
  assert.deepEqual(
    (await seen()).filter(({ agent_id }) => agent_id !== 'last'),
    rows,
  );
  await publisher.stop();
});
