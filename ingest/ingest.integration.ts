import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type EngineProcess, startEngineProcess } from '../deploy/testing/engine-process.ts';
import { startEngines } from '../deploy/testing/engines.ts';
import { readConfig } from '../runtime/config.ts';
import type { KafkaConnection } from '../runtime/kafka.ts';
import { createLogger } from '../runtime/logger.ts';
import { createObjectStore, type ObjectStore } from '../runtime/s3.ts';
import { s3Settings } from '../runtime/settings.ts';
import { until } from '../runtime/testing/until.ts';
import { newSecret } from '../schemas/api-keys.ts';
import { decodeDeadLetter } from '../schemas/dead-letters.ts';
import type { Event } from '../schemas/events.ts';
import { topics } from '../schemas/topics.ts';
import { recordingKey } from './recordings/object-key.ts';
import { callEvents, root } from './testing/freeswitch-call.ts';
import { type IngestProcess, startIngestProcess } from './testing/ingest-process.ts';
import { connectKafka, type Followed, followTopic, prepareLog } from './testing/kafka-log.ts';

const logger = createLogger('test', 'silent');
const tenant = `acme-${process.pid}`;
const secret = newSecret();

const eventsIn = ({ events }: Followed): Event[] => events.filter(({ tenant_id }) => tenant_id === tenant);

const ready = async ({ url }: IngestProcess): Promise<void> => until(async () => (await fetch(`${url}/readyz`)).ok);

const post = async ({ url }: IngestProcess, body: unknown): Promise<Response> =>
  fetch(`${url}/v1/ingest/freeswitch/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': secret },
    body: JSON.stringify(body),
  });

suite('ingest with its engines', { timeout: 60_000 }, () => {
  let stopAll: () => Promise<void> = async () => undefined;
  let kafka: KafkaConnection;
  let store: ObjectStore;
  let ingest: IngestProcess;

  before(async () => {
    const engines = await startEngines({ kafka: true, s3: true });
    const folder = await mkdtemp(join(tmpdir(), 'ingest-'));
    const env = {
      TRUNKLINE_KAFKA_BROKERS: engines.kafka.brokers.join(','),
      TRUNKLINE_S3_ENDPOINT: engines.s3.endpoint,
      TRUNKLINE_S3_REGION: engines.s3.region,
      TRUNKLINE_S3_ACCESS_KEY_ID: engines.s3.accessKeyId,
      TRUNKLINE_S3_SECRET_ACCESS_KEY: engines.s3.secretAccessKey,
      TRUNKLINE_S3_BUCKET: `ingest-${process.pid}`,
      TRUNKLINE_SPOOL_DIR: folder,
      TRUNKLINE_INGEST_IDLE_TIMEOUT_MS: '1000',
    };
    kafka = connectKafka(env);
    store = createObjectStore(readConfig(s3Settings, env), logger);
    await Promise.all([prepareLog(kafka, tenant, secret), store.ensureBucket()]);
    ingest = await startIngestProcess(env);
    stopAll = async () => {
      assert.equal(await ingest.end('SIGTERM'), 0);
      store.close();
      await engines.stop();
      await rm(folder, { recursive: true });
    };
    await ready(ingest);
  });
  after(async () => stopAll());

  test('what is accepted is in Kafka, and what is rejected too', async () => {
    const [events, letters] = await Promise.all([
      followTopic(kafka, topics.callEvents),
      followTopic(kafka, topics.deadLetters),
    ]);
    const answer = await post(ingest, [...callEvents(), { 'Event-Name': 'CHANNEL_ANSWER', mark: tenant }]);
    assert.equal(answer.status, 202);
    const { data } = (await answer.json()) as { data: { accepted: number; rejected: { quarantine_id: string }[] } };
    assert.equal(data.accepted, 12);
    await until(() => eventsIn(events).length === 12);
    const mine = () => letters.values.map(decodeDeadLetter).filter(({ tenant_id }) => tenant_id === tenant);
    await until(() => mine().length === 1);
    assert.equal(mine()[0]?.quarantine_id, data.rejected[0]?.quarantine_id);
    assert.deepEqual(new Set(eventsIn(events).map(({ call_key }) => call_key)), new Set([root]));
    await Promise.all([events.stop(), letters.stop()]);
  });

  const upload = async (id: string, audio: Buffer, declared = audio): Promise<Response> =>
    fetch(`${ingest.url}/v1/recordings/${id}?switch=pbx-1`, {
      method: 'PUT',
      headers: {
        'x-api-key': secret,
        'content-type': 'audio/wav',
        'x-content-sha256': createHash('sha256').update(declared).digest('hex'),
      },
      body: new Uint8Array(audio),
    });

  test('audio is stored once, and never replaced', async () => {
    const audio = randomBytes(3_000_000);
    assert.equal((await upload('large', audio)).status, 201);
    assert.equal((await upload('large', audio)).status, 200);
    assert.equal((await upload('large', randomBytes(3_000_000))).status, 409);
    const head = await store.head(recordingKey(tenant, 'large'));
    assert.equal(head?.bytes, audio.length);
    assert.equal(head.sha256Hex, createHash('sha256').update(audio).digest('hex'));
    const uploads = await followTopic(kafka, topics.recordingUploads);
    await until(() => eventsIn(uploads).length === 2);
    assert.equal(new Set(eventsIn(uploads).map(({ event_id }) => event_id)).size, 1);
    await uploads.stop();
  });

  test('audio that is not what was declared, or ends half-way, leaves nothing', async () => {
    const audio = randomBytes(100_000);
    assert.equal((await upload('wrong', audio, randomBytes(9))).status, 422);
    assert.equal(await store.head(recordingKey(tenant, 'wrong')), null);

    const { headers, status } = await halfAnUpload('silent', audio);
    assert.deepEqual([status, headers['connection']], [408, 'close']);
    assert.equal(await store.head(recordingKey(tenant, 'silent')), null);
  });

  /** Declares all of the audio, sends half of it, and waits. */
  const halfAnUpload = async (id: string, audio: Buffer) => {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number | undefined;
      headers: Record<string, unknown>;
    }>();
    const sending = request(`${ingest.url}/v1/recordings/${id}?switch=pbx-1`, {
      method: 'PUT',
      headers: {
        'x-api-key': secret,
        'content-type': 'audio/wav',
        'content-length': audio.length,
        'x-content-sha256': createHash('sha256').update(audio).digest('hex'),
      },
    });
    sending.on('error', reject).on('response', (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    });
    sending.write(audio.subarray(0, audio.length / 2));
    const answer = await promise;
    sending.destroy();
    return answer;
  };

  test('an upload without a length is asked for one', async () => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(Buffer.from('RIFF'));
        controller.close();
      },
    });
    const headers = { 'x-api-key': secret, 'content-type': 'audio/wav' };
    const options = { method: 'PUT', headers, body, duplex: 'half' } as const;
    assert.equal((await fetch(`${ingest.url}/v1/recordings/x?switch=s`, options)).status, 411);
  });
});

suite('ingest while Kafka is away', { timeout: 60_000 }, () => {
  let broker: EngineProcess;
  let folder: string;
  let ingest: IngestProcess | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ingest-away-'));
    broker = await startEngineProcess('kafka', { dataDir: join(folder, 'kafka') });
  });
  after(async () => {
    await ingest?.end('SIGKILL');
    await broker.stop();
    await rm(folder, { recursive: true });
  });

  test('what is accepted then survives a kill and comes out in order once Kafka is back', async () => {
    const env = {
      TRUNKLINE_KAFKA_BROKERS: `127.0.0.1:${broker.port}`,
      TRUNKLINE_SPOOL_DIR: join(folder, 'spool'),
      TRUNKLINE_INGEST_PUBLISH_TIMEOUT_MS: '500',
      TRUNKLINE_S3_ENDPOINT: 'http://127.0.0.1:1',
    };
    const kafka = connectKafka(env);
    await prepareLog(kafka, tenant, secret);
    ingest = await startIngestProcess(env);
    await ready(ingest);
    await broker.kill();

    const native = callEvents();
    for (const event of native) assert.equal((await post(ingest, event)).status, 202);
    assert.match(await (await fetch(`${ingest.url}/readyz`)).text(), /wait for Kafka/);
    assert.equal(await ingest.end('SIGKILL'), null);

    broker = await startEngineProcess('kafka', { dataDir: join(folder, 'kafka'), port: broker.port });
    ingest = await startIngestProcess(env);
    const events = await followTopic(kafka, topics.callEvents);
    await until(() => eventsIn(events).length >= native.length);
    const names = eventsIn(events).map(({ native: { name } }) => name);
    assert.deepEqual(
      names.slice(0, native.length),
      native.map((event) => event['Event-Name']),
    );
    const { url } = ingest;
    await until(async () => (await (await fetch(`${url}/readyz`)).text()).includes('"spool":"empty"'));
    assert.deepEqual(await readdir(join(folder, 'spool')), ['locks']);
    await events.stop();
    assert.equal(await ingest.end('SIGTERM'), 0);
    ingest = undefined;
    assert.deepEqual(await readdir(join(folder, 'spool')), []);
  });
});
