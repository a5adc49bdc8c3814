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
import { createKafka, createPublisher, hasPassed, runBatches, watchGroup } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { until } from '../../runtime/testing/until.ts';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { decodeNotification, type Notification } from '../../schemas/notifications.ts';
import { callEventKey, topics } from '../../schemas/topics.ts';
import { createRandom } from '../testing/random.ts';
import { someCalls } from '../testing/scenarios.ts';
import { settings } from './settings.ts';

const engines = await startEngines({ kafka: true, clickhouse: true, s3: true });
const name = `notifications_${process.pid}`;
const env = {
  ...engineEnvironment(engines, name),
  TRUNKLINE_CALLS_GROUP: `${name}_calls`,
  TRUNKLINE_LOG_LEVEL: 'error',
};
const logger = createLogger('test', 'silent');
const config = readConfig(settings, env);
const clickhouse = createClickHouse(config, logger);
const kafka = createKafka(config, logger);
const main = fileURLToPath(new URL('../../deploy/cli/main.ts', import.meta.url));
const processes = new Set<ChildProcess>();

const start = (processor: 'calls' | 'notifications', group: string): ChildProcess => {
  const child = spawn(process.execPath, [main, 'processor', processor, '--with-parent'], {
    env: { ...process.env, ...env, TRUNKLINE_NOTIFICATIONS_GROUP: group },
    stdio: ['pipe', 'ignore', 'inherit'],
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

const publish = async (events: readonly Event[]): Promise<void> => {
  const publisher = await createPublisher(kafka);
  await publisher.publish(
    events.map((event) => ({
      topic: topics.callEvents,
      key: callEventKey(event.tenant_id, event.call_key),
      value: encodeEvent(event),
    })),
  );
  await publisher.stop();
};

/** Everything on the topic so far, in the order of its partitions. */
const told: Notification[] = [];

const isThrough = async (group: string, topic: string): Promise<boolean> => {
  const progress = watchGroup(kafka, group, topic);
  const passed = hasPassed(await progress.committed(), await progress.ends());
  await progress.stop();
  return passed;
};

let stopListening = async (): Promise<void> => undefined;

before(async () => {
  await migrate(env, () => undefined);
  const listener = await runBatches({
    kafka,
    groupId: `${name}_test`,
    topics: [topics.notifications],
    handle: async ({ messages }) => {
      for (const { value } of messages) told.push(decodeNotification(value as Buffer));
    },
    logger,
    metrics: createMetrics('test'),
    onFatal: (error) => {
      throw error;
    },
  });
  stopListening = listener.stop;
});

after(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await stopListening();
  await clickhouse.close();
  await engines.stop();
});

test('each call starts and ends once for whoever deduplicates, through kill -9, and a replay tells nothing', {
  timeout: 180_000,
}, async () => {
  const { calls } = someCalls(createRandom(5), 120, true);
  const events = createRandom(6).shuffle(calls.flat());
  const calling = start('calls', 'unused');
  // Each that is killed leaves a group of its own behind: the next would wait for its session to end.
  for (const [index, group] of ['one', 'two'].entries()) {
    const before = told.length;
    const child = start('notifications', `${name}_${group}`);
    await publish(events.slice((index * events.length) / 3, ((index + 1) * events.length) / 3));
    await until(async () => told.length > before);
    await end(child, 'SIGKILL');
  }
  await publish(events.slice((2 * events.length) / 3));
  const last = start('notifications', `${name}_last`);
  await until(async () => isThrough(`${name}_last`, topics.callEvents));
  await end(last, 'SIGTERM');
  await until(async () => isThrough(`${name}_test`, topics.notifications));

  const byId = new Map<string, Notification>();
  for (const one of told) {
    assert.deepEqual({ ...one }, { ...(byId.get(one.notification_id) ?? one) }, 'one id, two contents');
    byId.set(one.notification_id, one);
  }
  const distinct = [...byId.values()];
  const rows = await clickhouse.query<{ call_id: string; state: string; disposition: string; talk_ms: string }>(
    'SELECT call_id, state, disposition, toString(talk_ms) AS talk_ms FROM calls FINAL ORDER BY call_id',
  );
  const ended = rows.filter(({ state }) => state === 'ended').map(({ call_id }) => call_id);
  const of = (type: string): string[] =>
    distinct
      .filter((one) => one.type === type)
      .map(({ call_id }) => call_id)
      .sort();
  // Of parts whose link came when they were over already the end was told, and then where they went.
  const merged = new Set(of('call.merged'));
  assert.deepEqual(
    of('call.ended').filter((callId) => !merged.has(callId)),
    ended,
  );
  assert.deepEqual(of('call.started'), [...ended, ...merged].sort());
  const latest = new Map<string, Notification>();
  for (const one of distinct) if (one.version >= (latest.get(one.call_id)?.version ?? 0)) latest.set(one.call_id, one);
  assert.deepEqual(
    rows
      .filter(({ state }) => state === 'ended')
      .map(({ call_id, disposition, talk_ms }) => [call_id, disposition, talk_ms]),
    ended.map((callId) => {
      const call = latest.get(callId)?.call;
      return [callId, call?.disposition, String(call?.talk_ms)];
    }),
  );

  const before = told.length;
  const replay = start('notifications', `${name}_replay`);
  await until(async () => isThrough(`${name}_replay`, topics.callEvents));
  await end(replay, 'SIGTERM');
  await until(async () => isThrough(`${name}_test`, topics.notifications));
  assert.equal(told.length, before, 'a replay told something');
  await end(calling, 'SIGTERM');
});
