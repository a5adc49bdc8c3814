import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_TOPIC_CONFIG } from '../topics/topic-config.ts';
import { buildBatch } from '../testing/build-batch.ts';
import { readSlice } from './log-reader.ts';
import { PartitionLog } from './partition-log.ts';
import { DamagedLog } from './recovery.ts';

const CONFIG = { ...DEFAULT_TOPIC_CONFIG, segmentBytes: 2_000 };
const FIRST_SEGMENT = '00000000000000000000';
let root: string;
let folders = 0;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'recovery-'));
});
after(() => rm(root, { recursive: true }));

async function emptyFolder(): Promise<string> {
  folders += 1;
  const folder = join(root, 'topics', String(folders));
  await mkdir(folder, { recursive: true });
  return folder;
}

function open(folder: string): Promise<PartitionLog> {
  return PartitionLog.open(folder, CONFIG, (error) => assert.fail(String(error)));
}

/** A batch whose values tell its offset, which also makes it recognisable. */
function batchAt(offset: number, count: number): Buffer {
  const values = Array.from({ length: count }, (_, i) => `record ${offset + i} `.padEnd(40, 'x'));
  return buildBatch({ values, baseOffset: offset, timestamp: 1_000 + offset });
}

/** Appends batches of these record counts; gives their bytes as they should be stored. */
async function fill(log: PartitionLog, counts: readonly number[]): Promise<Buffer[]> {
  const batches: Buffer[] = [];
  for (const count of counts) {
    const batch = batchAt(log.nextOffset, count);
    batches.push(Buffer.from(batch));
    await log.append(batch);
  }
  return batches;
}

async function readEverything(log: PartitionLog): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = log.logStartOffset; offset < log.nextOffset; ) {
    const slice = await readSlice(log, offset, { maxBytes: 700, atLeastOne: true });
    assert.ok(slice !== null);
    const bytes = Buffer.alloc(slice.length);
    await slice.read(bytes, 0);
    await slice.release();
    parts.push(bytes);
    const segments = bytes.length;
    for (let at = 0; at < segments; at += 12 + bytes.readInt32BE(at + 8)) {
      assert.equal(Number(bytes.readBigInt64BE(at)), offset, 'offsets follow each other');
      offset += bytes.readInt32BE(at + 57);
    }
  }
  return Buffer.concat(parts);
}

async function lastSegment(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  return join(folder, names.at(-1) as string);
}

const counts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 25 });

test('a log is the same after a clean stop and needs no look at its batches', async () => {
  await fc.assert(
    fc.asyncProperty(counts, async (sizes) => {
      const folder = await emptyFolder();
      const log = await open(folder);
      const batches = await fill(log, sizes);
      await log.close();
      const reopened = await open(folder);
      assert.equal(reopened.repair.scannedBytes, 0);
      assert.deepEqual(await readEverything(reopened), Buffer.concat(batches));
      assert.equal(
        reopened.nextOffset,
        sizes.reduce((a, b) => a + b, 0),
      );
      await reopened.close();
    }),
    { numRuns: 30 },
  );
});

test('whatever a crash does to the tail, the whole batches before it stay and nothing else', async () => {
  const damage = fc.oneof(
    fc.record({ kind: fc.constant('cut' as const), bytes: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant('garbage' as const), bytes: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant('zeroes' as const), bytes: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ kind: fc.constant('flip' as const), bytes: fc.integer({ min: 1, max: 900 }) }),
  );
  await fc.assert(
    fc.asyncProperty(counts, counts, damage, async (checkpointed, later, { kind, bytes }) => {
      const folder = await emptyFolder();
      const before = await open(folder);
      const safe = await fill(before, checkpointed);
      await before.close();
      const crashed = await open(folder);
      const written = [...safe, ...(await fill(crashed, later))];
      await crashed.abandon(); // no checkpoint, as in a crash

      const path = await lastSegment(folder);
      const size = (await stat(path)).size;
      const covered = await coveredBytes(folder, path);
      const reach = Math.min(bytes, size - covered); // what was synced before the checkpoint is not in danger
      if (kind === 'cut') await truncate(path, size - reach);
      if (kind === 'garbage') await appendFile(path, Buffer.alloc(bytes, 0xa5));
      if (kind === 'zeroes') await appendFile(path, Buffer.alloc(bytes));
      if (kind === 'flip' && reach > 0) await flipBit(path, size - reach);

      const recovered = await open(folder);
      const stored = await readEverything(recovered);
      const all = Buffer.concat(written);
      assert.deepEqual(stored, all.subarray(0, stored.length));
      const isAdded = kind === 'garbage' || kind === 'zeroes';
      const lost = written.reduce((n, batch, i) => n + (endOf(written, i) > stored.length ? batch.length : 0), 0);
      assert.equal(stored.length + lost, all.length, 'only whole batches are lost');
      if (isAdded) assert.equal(stored.length, all.length);
      else assert.ok(all.length - stored.length < reach + 900, 'no more than the damaged batch and what follows');
      if (isAdded) assert.equal(recovered.repair.removedBytes, bytes);

      await fill(recovered, [3]);
      await readEverything(recovered);
      await recovered.close();
    }),
    { numRuns: 60, examples: [[[1], [1], { kind: 'flip', bytes: 93 }]] }, // the leader epoch, which no checksum covers
  );
});

function endOf(batches: readonly Buffer[], last: number): number {
  return batches.slice(0, last + 1).reduce((sum, { length }) => sum + length, 0);
}

async function coveredBytes(folder: string, path: string): Promise<number> {
  const { segmentBase, position } = JSON.parse(await readFile(join(folder, 'checkpoint.json'), 'utf8'));
  return Number(path.slice(-24, -4)) === segmentBase ? position : 0;
}

async function flipBit(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt8((bytes[at] as number) ^ 0x10, at);
  await writeFile(path, bytes);
}

for (const lost of ['checkpoint.json', `${FIRST_SEGMENT}.index`]) {
  test(`without ${lost} everything is read again and found`, async () => {
    const folder = await emptyFolder();
    const log = await open(folder);
    const batches = await fill(log, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5]);
    await log.close();
    await unlink(join(folder, lost));
    const reopened = await open(folder);
    assert.equal(reopened.repair.scannedBytes, Buffer.concat(batches).length);
    assert.deepEqual(await readEverything(reopened), Buffer.concat(batches));
    await reopened.close();
  });
}

test('producers are still recognised after a crash, from the checkpoint and from the batches after it', async () => {
  const folder = await emptyFolder();
  const sequenced = (firstSequence: number): Buffer =>
    buildBatch({ values: ['a', 'b'], producer: { id: 7, epoch: 1, firstSequence } });
  const log = await open(folder);
  await log.append(sequenced(0));
  await log.close();
  const crashed = await open(folder);
  await crashed.append(sequenced(2));
  await crashed.abandon();
  const recovered = await open(folder);
  assert.deepEqual((await recovered.append(sequenced(0))).baseOffset, 0);
  assert.deepEqual((await recovered.append(sequenced(2))).baseOffset, 2);
  assert.deepEqual((await recovered.append(sequenced(4))).baseOffset, 4);
  await recovered.close();
});

test('damage that no crash can do is not passed over', async () => {
  const folder = await emptyFolder();
  const log = await open(folder);
  await fill(log, [10, 10, 10, 10, 10, 10, 10, 10, 10]);
  await log.close();
  await unlink(join(folder, 'checkpoint.json'));
  await flipBit(join(folder, `${FIRST_SEGMENT}.log`), 500);
  await assert.rejects(open(folder), DamagedLog);
});
