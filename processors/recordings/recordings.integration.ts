import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { migrate } from '../../deploy/migrate/migrate.ts';
import { engineEnvironment } from '../../deploy/testing/engine-environment.ts';
import { startEngines } from '../../deploy/testing/engines.ts';
import { createClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createPublisher, runBatches } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { createObjectStore } from '../../runtime/s3.ts';
import { decodeEvent, encodeEvent } from '../../schemas/event-codec.ts';
import type { Event } from '../../schemas/events.ts';
import { topics } from '../../schemas/topics.ts';
import type { Uploaded } from './recording-outcome.ts';
import { settings } from './service.ts';
import { wavFile } from './testing/audio-files.ts';
import { sha256Of, uploadOf } from './testing/uploads.ts';

const engines = await startEngines({ kafka: true, clickhouse: true, s3: true });
const name = `recordings_${process.pid}`;
const env = {
  ...engineEnvironment(engines, name),
  TRUNKLINE_RECORDINGS_GROUP: name,
  TRUNKLINE_QUARANTINE_GROUP: `${name}_quarantine`,
  TRUNKLINE_LOG_LEVEL: 'error',
};
const config = readConfig(settings, env);
const logger = createLogger('test', 'silent');
const clickhouse = createClickHouse(config, logger);
const objects = createObjectStore(config, logger);
const kafka = createKafka(config, logger);
const main = fileURLToPath(new URL('../../deploy/cli/main.ts', import.meta.url));
const processes: ChildProcess[] = [];
const told: Event[] = [];
let stopListening = async (): Promise<void> => undefined;

const start = (processor: 'recordings' | 'quarantine', more: Record<string, string> = {}): ChildProcess => {
  const child = spawn(process.execPath, [main, 'processor', processor, '--with-parent'], {
    env: { ...process.env, ...env, ...more },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  processes.push(child);
  return child;
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  return ((await exited) as [number | null])[0];
};

const eventually = async <Value>(look: () => Promise<Value | undefined>): Promise<Value> => {
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    await delay(50);
  }
};

before(async () => {
  await migrate(env, () => undefined);
  const listener = await runBatches({
    kafka,
    groupId: `${name}_test`,
    topics: [topics.callEvents],
    handle: async ({ messages }) => {
      for (const { value } of messages) {
        const decoded = decodeEvent(value ?? Buffer.alloc(0));
        if ('event' in decoded) told.push(decoded.event);
      }
    },
    logger,
    metrics: createMetrics('test'),
    onFatal: (error) => assert.fail(error),
  });
  stopListening = async () => listener.stop();
});

after(async () => {
  await Promise.all(processes.map((child) => end(child, 'SIGTERM')));
  await stopListening();
  await clickhouse.command(`DROP DATABASE ${name}`);
  await clickhouse.close();
  objects.close();
  await engines.stop();
});

const audio = wavFile({ ms: 1500 });
const upload = (i: number): Uploaded =>
  uploadOf(
    audio,
    {
      recording_id: `rec_${i}`,
      object_key: `tenants/acme/rec_${i}.wav`,
      ...(i % 10 === 1 && { sha256: sha256Of(Buffer.from('other')) }),
    },
    { event_id: `upload-${i}`, call_key: i % 10 === 2 ? '' : `call-${i}` },
  );

/** Of ten uploads the first was never stored, the second is of other bytes, the third has no call. */
const store = async (i: number): Promise<void> => {
  if (i % 10 === 0) return;
  const { object_key: key } = upload(i).payload;
  await objects.put({
    key,
    body: Readable.from([audio]),
    contentLength: audio.length,
    sha256Hex: sha256Of(audio),
    contentType: 'audio/wav',
    ifNoneMatch: true,
  });
};

test('every upload is checked and told once, though the processor is killed and the log read again; garbage ends in quarantine', {
  timeout: 60_000,
}, async () => {
  const count = 60;
  for (let i = 0; i < count; i += 1) await store(i);
  const publisher = await createPublisher(kafka);
  const uploads = Array.from({ length: count }, (_, i) => upload(i));
  const messages = uploads.map((event) => ({
    topic: topics.recordingUploads,
    key: `acme:${event.payload.recording_id}`,
    value: encodeEvent(event),
  }));
  await publisher.publish(messages);

  const killed = start('recordings');
  const rows = async (least: number) => {
    const found = await clickhouse.query<{ recording_id: string; status: string; reason: string; ms: string | null }>(
      'SELECT recording_id, status, failure_reason AS reason, duration_ms AS ms FROM recordings FINAL ORDER BY recording_id',
    );
    return found.length >= least ? found : undefined;
  };
  await eventually(async () => rows(1));
  await end(killed, 'SIGKILL');
  await publisher.publish([
    ...messages.slice(0, 10),
    { topic: topics.recordingUploads, key: 'x', value: Buffer.from('garbage') },
  ]);
  // A group of its own begins at the oldest record: everything is done again, at once instead of after the old
  // member's session has ended.
  const restarted = start('recordings', { TRUNKLINE_RECORDINGS_GROUP: `${name}_again` });
  start('quarantine');
  const found = await eventually(async () => rows(count));

  const outcome = (i: number): [string, string, string | null] =>
    i % 10 === 0
      ? ['failed', 'missing_object', null]
      : i % 10 === 1
        ? ['failed', 'checksum_mismatch', null]
        : ['available', '', '1500'];
  for (const row of found) {
    const expected = outcome(Number(row.recording_id.slice('rec_'.length)));
    assert.deepEqual([row.status, row.reason, row.ms], expected, row.recording_id);
  }

  const refused = await eventually(async () => {
    const kept = await clickhouse.query<{ code: string; raw: string; tenant_id: string }>(
      'SELECT code, raw, tenant_id FROM quarantined_records FINAL',
    );
    return kept.length > 0 ? kept : undefined;
  });
  assert.deepEqual(refused, [{ code: 'UNDECODABLE', raw: 'garbage', tenant_id: '' }]);

  const calls = uploads.filter(({ call_key }) => call_key !== '').map(({ call_key }) => call_key);
  await eventually(async () => (new Set(told.map(({ call_key }) => call_key)).size >= calls.length ? true : undefined));
  const idsByCall = Map.groupBy(told, ({ call_key }) => call_key);
  assert.deepEqual(new Set(idsByCall.keys()), new Set(calls));
  for (const [call, events] of idsByCall) {
    assert.equal(new Set(events.map(({ event_id }) => event_id)).size, 1, `${call} was told one thing`);
    assert.equal(
      events[0]?.type,
      Number(call.slice('call-'.length)) % 10 < 2 ? 'recording.failed' : 'recording.stored',
    );
  }
  await publisher.stop();
  assert.equal(await end(restarted, 'SIGTERM'), 0);
});
