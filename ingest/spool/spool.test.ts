import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readdir, rm, truncate, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Message } from '../publishing.ts';
import { encodeFrame } from './frames.ts';
import { openSpool, type Spool } from './spool.ts';
import { SpoolDamaged, SpoolFull } from './spool-errors.ts';

const newFolder = async (t?: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'spool-'));
  t?.after(async () => rm(folder, { recursive: true }));
  return folder;
};

const message = (text: string): Message => ({ topic: 'call-events', key: `acme:${text}`, value: Buffer.from(text) });
const textOf = ({ value }: Message): string => value.toString();

const drain = async (spool: Spool): Promise<string[]> => {
  const texts: string[] = [];
  for (let oldest = await spool.oldest(); oldest !== null; oldest = await spool.oldest()) {
    texts.push(...oldest.messages.map(textOf));
    await spool.release(oldest.mark);
  }
  return texts;
};

test('messages come out in the order they went in, and leave no files', async (t) => {
  const folder = await newFolder(t);
  const spool = await openSpool({ folder, maxBytes: 1e6, segmentBytes: 100, readBytes: 64 });
  const texts = Array.from({ length: 50 }, (_, index) => `m${index}`);
  for (const text of texts) await spool.append([message(text)]);
  assert.deepEqual(await drain(spool), texts);
  assert.equal(spool.bytes(), 0);
  assert.deepEqual(await readdir(folder), ['locks']);
  await spool.append([message('again')]);
  assert.deepEqual(await drain(spool), ['again']);
  await spool.close();
});

test('what is not released is there after a restart', async (t) => {
  const folder = await newFolder(t);
  const first = await openSpool({ folder, maxBytes: 1e6 });
  await first.append([message('a'), message('b')]);
  await first.oldest();
  await first.close();
  const second = await openSpool({ folder, maxBytes: 1e6 });
  assert.ok(second.bytes() > 0);
  assert.deepEqual(await drain(second), ['a', 'b']);
  await second.close();
});

test('a full spool keeps nothing of the call and goes on when there is room', async (t) => {
  const folder = await newFolder(t);
  const size = encodeFrame(message('x')).length;
  const spool = await openSpool({ folder, maxBytes: size * 2 });
  await spool.append([message('a')]);
  await assert.rejects(spool.append([message('b'), message('c')]), SpoolFull);
  await spool.append([message('d')]);
  assert.deepEqual(await drain(spool), ['a', 'd']);
  await spool.append([message('e')]);
  assert.deepEqual(await drain(spool), ['e']);
  await spool.close();
});

test('a segment damaged in its middle is told, not skipped', async (t) => {
  const folder = await newFolder(t);
  const first = await openSpool({ folder, maxBytes: 1e6, segmentBytes: 1 });
  await first.append([message('a')]);
  await first.append([message('b')]);
  await first.close();
  const [oldest = ''] = (await readdir(folder)).sort();
  await truncate(join(folder, oldest), 5);
  const second = await openSpool({ folder, maxBytes: 1e6 });
  await assert.rejects(second.oldest(), SpoolDamaged);
  await second.close();
});

test('a folder serves one spool at a time', async (t) => {
  const folder = await newFolder(t);
  const first = await openSpool({ folder, maxBytes: 1 });
  await assert.rejects(openSpool({ folder, maxBytes: 1 }), /in use by process/);
  await first.close();
  await (await openSpool({ folder, maxBytes: 1 })).close();
});

test('any crash leaves all that was confirmed, in order, once the torn end is cut', async () => {
  const batches = fc.array(fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 4 }), { maxLength: 6 });
  const torn = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(
      batches,
      batches,
      torn,
      fc.integer({ min: 1, max: 300 }),
      async (before, after, tail, segmentBytes) => {
        const folder = await newFolder();
        try {
          const options = { folder, maxBytes: 1e6, segmentBytes, readBytes: 50 };
          const crashed = await openSpool(options);
          for (const batch of before) await crashed.append(batch.map(message));
          await crashed.close();
          await tearNewest(folder, tail);
          const spool = await openSpool(options);
          await Promise.all(after.map(async (batch) => spool.append(batch.map(message))));
          assert.deepEqual(await drain(spool), [...before, ...after].flat());
          assert.deepEqual(await readdir(folder), ['locks']);
          await spool.close();
        } finally {
          await rm(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 60 },
  );
});

/** As if the process had died in the middle of a write. */
const tearNewest = async (folder: string, tail: Buffer): Promise<void> => {
  const newest = (await readdir(folder))
    .filter((file) => file.endsWith('.spool'))
    .sort()
    .at(-1);
  if (newest === undefined) return;
  const path = join(folder, newest);
  const { size } = await stat(path);
  // The beginning of a frame, then what may have been on the disk before.
  await appendFile(path, Buffer.concat([encodeFrame(message('lost')).subarray(0, 11), tail]));
  assert.ok((await stat(path)).size > size);
};
