import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLogger } from '../../runtime/logger.ts';
import type { Message } from '../publishing.ts';
import { createDurablePublish, type DurablePublish } from './durable-publish.ts';
import { openSpool, type Spool } from './spool.ts';
import { SpoolFull } from './spool-errors.ts';

class Away extends Error {}

const message = (text: string): Message => ({ topic: 't', key: text, value: Buffer.from(text) });

/** Kafka that is away when told so, and what it was given. */
const switchableKafka = () => {
  const stored: string[] = [];
  const kafka = {
    away: false,
    stored,
    /** Given once it stores something. */
    next: Promise.withResolvers<void>(),
    publish: async (messages: readonly Message[]) => {
      if (kafka.away) throw new Away();
      stored.push(...messages.map(({ key }) => key));
      kafka.next.resolve();
    },
  };
  return kafka;
};

type Setup = { kafka: ReturnType<typeof switchableKafka>; spool: Spool; durable: DurablePublish };

const setup = async (t: TestContext, folder?: string): Promise<Setup & { folder: string }> => {
  const path = folder ?? (await mkdtemp(join(tmpdir(), 'durable-')));
  const kafka = switchableKafka();
  const spool = await openSpool({ folder: path, maxBytes: 100_000, segmentBytes: 200 });
  const durable = createDurablePublish({
    kafka: kafka.publish,
    spool,
    isAway: (error) => error instanceof Away,
    logger: createLogger('test', 'silent'),
    onSpoolChange: () => undefined,
  });
  if (folder === undefined) t.after(async () => rm(path, { recursive: true }));
  return { kafka, spool, durable, folder: path };
};

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
};

test('while Kafka answers nothing touches the spool', async (t) => {
  const { kafka, spool, durable } = await setup(t);
  await durable.publish([message('a')]);
  assert.deepEqual(kafka.stored, ['a']);
  assert.equal(durable.isSpooling(), false);
  await durable.stop();
  await spool.close();
});

test('what comes while Kafka is away is kept, and drained in order before anything newer', async (t) => {
  const { kafka, spool, durable } = await setup(t);
  kafka.away = true;
  const texts = Array.from({ length: 40 }, (_, index) => `m${index}`);
  for (const text of texts.slice(0, 30)) await durable.publish([message(text)]);
  assert.equal(durable.isSpooling(), true);
  assert.ok(spool.bytes() > 0);
  kafka.away = false;
  for (const text of texts.slice(30)) await durable.publish([message(text)]);
  await until(() => !durable.isSpooling());
  assert.deepEqual(kafka.stored, texts);
  assert.equal(spool.bytes(), 0);
  await durable.publish([message('straight')]);
  assert.equal(kafka.stored.at(-1), 'straight');
  await durable.stop();
  await spool.close();
});

test('a spool left by the process before is drained at the start', async (t) => {
  const before = await setup(t);
  before.kafka.away = true;
  await before.durable.publish([message('old')]);
  await before.durable.stop();
  await before.spool.close();

  const now = await setup(t, before.folder);
  assert.equal(now.durable.isSpooling(), true);
  await until(() => !now.durable.isSpooling());
  assert.deepEqual(now.kafka.stored, ['old']);
  await now.durable.stop();
  await now.spool.close();
});

test('a full spool is told to the caller', async (t) => {
  const { kafka, spool, durable } = await setup(t);
  kafka.away = true;
  await assert.rejects(durable.publish([{ ...message('big'), value: Buffer.alloc(200_000) }]), SpoolFull);
  await durable.stop();
  await spool.close();
});

test('an error that is no absence goes to the caller and not to the spool', async (t) => {
  const { spool, durable, kafka } = await setup(t);
  kafka.publish = async () => {
    throw new Error('too large');
  };
  const strict = createDurablePublish({
    kafka: async (messages) => kafka.publish(messages),
    spool,
    isAway: (error) => error instanceof Away,
    logger: createLogger('test', 'silent'),
    onSpoolChange: () => undefined,
  });
  await assert.rejects(strict.publish([message('a')]), /too large/);
  assert.equal(spool.bytes(), 0);
  await strict.stop();
  await durable.stop();
  await spool.close();
});
