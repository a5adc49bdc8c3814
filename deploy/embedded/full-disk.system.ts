/** Each embedded engine on a file system that is full: it says so, serves what it has, and goes on once there is room. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { Kafka, logLevel } from 'kafkajs';
import { type EngineProcess, startEngineProcess } from '../testing/engine-process.ts';

const mebibyte = 1024 ** 2;
const skip = process.getuid?.() === 0 ? false : 'mounting a small file system needs root';
const options = { skip, timeout: 120_000 };

type SmallDisk = {
  readonly dataDir: string;
  /** Takes away what fills the disk beside the engine's own data. */
  readonly makeRoom: () => Promise<void>;
};

/** A file system of so many bytes, a part of which something else has taken. */
const smallDisk = async (t: TestContext, bytes: number, takenBytes: number): Promise<SmallDisk> => {
  const folder = await mkdtemp(join(tmpdir(), 'trunkline-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]);
  t.after(async () => {
    execFileSync('umount', ['--lazy', folder]);
    await rm(folder, { recursive: true });
  });
  const taken = join(folder, 'of-somebody-else');
  await writeFile(taken, Buffer.alloc(takenBytes, 1));
  return { dataDir: join(folder, 'data'), makeRoom: async () => rm(taken) };
};

const start = async (t: TestContext, engine: 'kafka' | 'clickhouse' | 's3', dataDir: string, env = {}) => {
  let process: EngineProcess = await startEngineProcess(engine, { dataDir, env });
  t.after(async () => process.kill());
  return {
    at: `${process.host}:${process.port}`,
    restart: async (): Promise<void> => {
      const { port } = process;
      await process.stop();
      process = await startEngineProcess(engine, { dataDir, port, env });
    },
  };
};

/** Does it until it fails; gives what was done and the failure. */
const untilItFails = async <Done>(
  one: (number: number) => Promise<Done>,
): Promise<{ done: Done[]; error: unknown }> => {
  const done: Done[] = [];
  for (;;) {
    try {
      done.push(await one(done.length));
    } catch (error) {
      return { done, error };
    }
  }
};

test('kafka: a storage error that may be tried again; no hole and no torn batch', options, async (t) => {
  const disk = await smallDisk(t, 24 * mebibyte, 8 * mebibyte);
  const broker = await start(t, 'kafka', disk.dataDir);
  const kafka = new Kafka({ brokers: [broker.at], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  const topic = 'small';
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  const send = async (number: number): Promise<string> => {
    const value = `${number}-${'x'.repeat(99_000)}`;
    await producer.send({ topic, acks: -1, messages: [{ value }] });
    return value;
  };
  const { done, error } = await untilItFails(send);
  assert.ok(done.length > 10, String(done.length));
  const { cause } = error as { cause: { type?: string; retriable?: boolean } };
  assert.deepEqual([cause.type, cause.retriable], ['KAFKA_STORAGE_ERROR', true]);
  assert.deepEqual(await readAll(kafka, topic, done.length), done);
  await assert.rejects(send(-1));
  await disk.makeRoom();
  done.push(await send(done.length));
  assert.deepEqual(await readAll(kafka, topic, done.length), done);
  await Promise.all([admin.disconnect(), producer.disconnect()]);
  await broker.restart();
  assert.deepEqual(await readAll(kafka, topic, done.length), done);
});

const readAll = async (kafka: Kafka, topic: string, count: number): Promise<string[]> => {
  const consumer = kafka.consumer({ groupId: `reader-${performance.now()}`, retry: { retries: 10 } });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const found: string[] = [];
  const isWhole = Promise.withResolvers<void>();
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message: { value } }) => {
      found.push(String(value));
      if (found.length === count) isWhole.resolve();
    },
  });
  await isWhole.promise;
  await consumer.disconnect();
  return found;
};

test('clickhouse: inserts fail as a server’s do, what was acknowledged is read', options, async (t) => {
  const disk = await smallDisk(t, 300 * mebibyte, 150 * mebibyte);
  const [username, password] = ['trunkline', 'only-for-tests'];
  const env = { CLICKHOUSE_USER: username, CLICKHOUSE_PASSWORD: password };
  const server = await start(t, 'clickhouse', disk.dataDir, env);
  const client = createClient({
    url: `http://${server.at}`,
    username,
    password,
    log: { level: ClickHouseLogLevel.OFF },
  });
  await client.command({
    query:
      'CREATE TABLE small (batch UInt32, row UInt32, filling String CODEC(NONE)) ENGINE = MergeTree ORDER BY batch',
  });
  const rowsEach = 20;
  const insert = async (batch: number): Promise<number> => {
    const values = Array.from({ length: rowsEach }, (_, row) => ({ batch, row, filling: 'x'.repeat(200_000) }));
    await client.insert({ table: 'small', values, format: 'JSONEachRow' });
    return batch;
  };
  const stored = async (): Promise<{ batch: number; rows: number }[]> => {
    const query = 'SELECT batch, toUInt32(count()) AS rows FROM small GROUP BY batch ORDER BY batch';
    return (await client.query({ query, format: 'JSONEachRow' })).json();
  };
  const whole = (batches: readonly number[]) => batches.map((batch) => ({ batch, rows: rowsEach }));
  const { done, error } = await untilItFails(insert);
  assert.ok(done.length > 5, String(done.length));
  assert.ok(error instanceof ClickHouseError, String(error));
  assert.equal(error.type, 'NOT_ENOUGH_SPACE');
  assert.deepEqual(await stored(), whole(done));
  await disk.makeRoom();
  done.push(await insert(done.length));
  assert.deepEqual(await stored(), whole(done));
  await server.restart();
  assert.deepEqual(await stored(), whole(done));
  await client.close();
});

test('s3: 507, nothing torn, and reading goes on', options, async (t) => {
  const disk = await smallDisk(t, 160 * mebibyte, 40 * mebibyte);
  const [accessKeyId, secretAccessKey] = ['AKTESTING', 'only-for-tests'];
  const env = { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey };
  const server = await start(t, 's3', disk.dataDir, env);
  const s3 = new S3Client({
    endpoint: `http://${server.at}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  const Bucket = 'small';
  await s3.send(new CreateBucketCommand({ Bucket }));
  const content = (number: number): Buffer => Buffer.alloc(4 * mebibyte, number + 1);
  const put = async (number: number): Promise<number> => {
    await s3.send(new PutObjectCommand({ Bucket, Key: String(number), Body: content(number) }));
    return number;
  };
  const assertWhole = async (numbers: readonly number[]): Promise<void> => {
    for (const number of numbers) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: String(number) }));
      assert.ok(content(number).equals((await Body?.transformToByteArray()) ?? Buffer.alloc(0)), `object ${number}`);
    }
  };
  const { done, error } = await untilItFails(put);
  assert.ok(done.length > 2, String(done.length));
  const { name, $metadata } = error as S3ServiceException;
  assert.deepEqual([name, $metadata.httpStatusCode], ['InsufficientStorage', 507]);
  await assertWhole(done);
  const absent = s3.send(new GetObjectCommand({ Bucket, Key: String(done.length) }));
  await assert.rejects(absent, { name: 'NoSuchKey' });
  await disk.makeRoom();
  done.push(await put(done.length));
  await server.restart();
  await assertWhole(done);
  s3.destroy();
});
