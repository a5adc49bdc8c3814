import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DEFAULT_TOPIC_CONFIG } from '../topics/topic-config.ts';
import { buildBatch } from '../testing/build-batch.ts';
import { bytesFrom, findOffsetByTime, readSlice } from './log-reader.ts';
import { LogClosed, PartitionLog } from './partition-log.ts';

const NOW = 1_700_000_000_000;
let root: string;
let folder: string;
let folders = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'partition-log-'));
});
after(() => rm(root, { recursive: true }));

function open(config: Partial<typeof DEFAULT_TOPIC_CONFIG> = {}): Promise<PartitionLog> {
  return PartitionLog.open(folder, { ...DEFAULT_TOPIC_CONFIG, segmentBytes: 1_000, ...config }, (error) =>
    assert.fail(String(error)),
  );
}

/** A log of `count` batches of ten records, a second from batch to batch. */
async function filled(count: number, config: Partial<typeof DEFAULT_TOPIC_CONFIG> = {}): Promise<PartitionLog> {
  folders += 1;
  folder = join(root, 'topics', String(folders));
  const log = await open(config);
  for (let i = 0; i < count; i += 1) {
    await log.append(buildBatch({ values: Array(10).fill('a value'), timestamp: NOW + i * 1_000 }));
  }
  return log;
}

/** The offset of the first batch that a read from `offset` gives, and how many bytes there are. */
async function read(log: PartitionLog, offset: number, maxBytes = 1e6, atLeastOne = true): Promise<number[] | null> {
  const slice = await readSlice(log, offset, { maxBytes, atLeastOne });
  if (slice === null) return null;
  const head = Buffer.alloc(8);
  await slice.read(head, 0);
  await slice.release();
  return [Number(head.readBigInt64BE(0)), slice.length];
}

const BATCH_BYTES = buildBatch({ values: Array(10).fill('a value') }).length;

test('a read starts with the batch that holds the offset and ends with a whole batch', async () => {
  const log = await filled(4, { segmentBytes: 1e6 });
  assert.deepEqual(await read(log, 0), [0, 4 * BATCH_BYTES]);
  assert.deepEqual(await read(log, 9), [0, 4 * BATCH_BYTES]);
  assert.deepEqual(await read(log, 10), [10, 3 * BATCH_BYTES]);
  assert.deepEqual(await read(log, 15, 2 * BATCH_BYTES + 5), [10, 2 * BATCH_BYTES]);
  assert.deepEqual(await read(log, 0, 1), [0, BATCH_BYTES]);
  assert.equal(await read(log, 0, 1, false), null);
  assert.equal(await read(log, 40), null);
  await log.close();
});

test('a reader goes through all segments', async () => {
  const log = await filled(30);
  assert.ok(log.segments.length > 3);
  let offset = 0;
  for (let found = await read(log, offset); found !== null; found = await read(log, offset)) {
    assert.equal(found[0], offset);
    offset += ((found[1] as number) / BATCH_BYTES) * 10;
  }
  assert.equal(offset, 300);
  await log.close();
});

test('who waits knows how much there is, and that a sealed segment gets no more', async () => {
  const log = await filled(3, { segmentBytes: 1e6 });
  assert.equal(await bytesFrom(log, 0), 3 * BATCH_BYTES);
  assert.equal(await bytesFrom(log, 30), 0);
  const rolled = await filled(30);
  assert.equal(await bytesFrom(rolled, 0), Number.POSITIVE_INFINITY);
  await Promise.all([log.close(), rolled.close()]);
});

test('records are found by time in any segment', async () => {
  const log = await filled(30);
  assert.deepEqual(await findOffsetByTime(log, 0), { offset: 0, timestamp: NOW });
  assert.deepEqual(await findOffsetByTime(log, NOW + 20_005), { offset: 205, timestamp: NOW + 20_005 });
  assert.deepEqual(await findOffsetByTime(log, NOW + 20_010), { offset: 210, timestamp: NOW + 21_000 });
  assert.equal(await findOffsetByTime(log, NOW + 29_010), null);
  await log.deleteRecordsBefore(257);
  assert.equal((await findOffsetByTime(log, 0))?.offset, 257);
  await log.close();
});

test('retention removes whole segments and moves the start; a reader keeps what it holds', async () => {
  const log = await filled(30, { retentionMs: 5_000 });
  const held = await readSlice(log, 0, { maxBytes: 1e6, atLeastOne: true });
  const removed = await log.applyRetention(NOW + 29_000);
  assert.ok(removed > 3);
  assert.ok(log.logStartOffset > 0 && log.logStartOffset <= 240);
  assert.deepEqual((await read(log, log.logStartOffset))?.[0], log.logStartOffset);
  await held?.read(Buffer.alloc(held.length), 0);
  await held?.release();
  const { logStartOffset } = log;
  await log.close();
  assert.equal((await open()).logStartOffset, logStartOffset);
});

test('a log that is all too old is empty and goes on where it was', async () => {
  const log = await filled(10, { retentionMs: 5_000 });
  await log.applyRetention(NOW + 60_000);
  assert.deepEqual([log.logStartOffset, log.nextOffset, log.segments.length], [100, 100, 1]);
  await log.close();
  const reopened = await open();
  assert.deepEqual([reopened.logStartOffset, reopened.nextOffset], [100, 100]);
  assert.equal((await reopened.append(buildBatch({ values: ['x'] }))).baseOffset, 100);
  await reopened.close();
});

test('deleted records stay deleted after a crash, and their segments are gone', async () => {
  const log = await filled(30);
  assert.equal(await log.deleteRecordsBefore(301), false);
  assert.equal(await log.deleteRecordsBefore(155), true);
  assert.equal(await log.deleteRecordsBefore(20), true);
  await log.abandon();
  const reopened = await open();
  assert.equal(reopened.logStartOffset, 155);
  assert.ok((reopened.segments[0]?.baseOffset ?? 0) > 100);
  assert.equal(await reopened.deleteRecordsBefore(-1), true);
  assert.deepEqual([reopened.logStartOffset, reopened.nextOffset], [300, 300]);
  await reopened.close();
});

test('a watcher hears of every append and of the end; then nothing is taken', async () => {
  const log = await filled(0);
  let calls = 0;
  const unwatch = log.watch(() => {
    calls += 1;
  });
  await log.append(buildBatch({ values: ['x'] }));
  assert.equal(calls, 1);
  await log.abandon();
  assert.equal(calls, 2);
  unwatch();
  await assert.rejects(log.append(buildBatch({ values: ['x'] })), LogClosed);
});

test('no file is left open or behind', async () => {
  const log = await filled(30);
  await log.close();
  const bases = log.segments.map(({ baseOffset }) => String(baseOffset).padStart(20, '0'));
  const expected = [...bases.flatMap((base) => [`${base}.log`, `${base}.index`]), 'checkpoint.json'].sort();
  assert.deepEqual((await readdir(folder)).sort(), expected);
});
