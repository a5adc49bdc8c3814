import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DurableFile, type RawFile, StorageFailure } from './durable-file.ts';

/** A file in memory on a disk of `room` bytes, which like a real one takes what fits before it complains. */
class SmallDisk implements Pick<RawFile, 'truncate' | 'datasync'> {
  content = Buffer.alloc(0);
  room: number;
  syncError: string | null = null;
  synced = 0;
  isStuck = false;

  constructor(room: number) {
    this.room = room;
  }

  async writev(buffers: readonly Buffer[], position: number): Promise<{ bytesWritten: number }> {
    const all = Buffer.concat(buffers);
    const taken = all.subarray(0, Math.max(0, this.room - position));
    if (taken.length === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    this.content = Buffer.concat([this.content.subarray(0, position), taken]);
    return { bytesWritten: taken.length };
  }

  async datasync(): Promise<void> {
    if (this.syncError !== null) throw Object.assign(new Error('sync failed'), { code: this.syncError });
    this.synced = this.content.length;
  }

  async truncate(length: number): Promise<void> {
    if (this.isStuck) throw new Error('not now');
    this.content = this.content.subarray(0, length);
  }
}

function on(disk: SmallDisk): DurableFile {
  return new DurableFile(disk as unknown as RawFile, 0);
}

const bytes = (text: string): Buffer[] => text.split('').map((letter) => Buffer.from(letter));

test('an append is synced before it counts', async () => {
  const disk = new SmallDisk(100);
  const file = on(disk);
  await file.append(bytes('hello'), 5);
  assert.deepEqual([file.size, disk.synced, String(disk.content)], [5, 5, 'hello']);
});

test('on a full disk nothing of the append remains, and when there is room again it goes on', async () => {
  const disk = new SmallDisk(8);
  const file = on(disk);
  await file.append(bytes('hello'), 5);
  await assert.rejects(file.append(bytes('world'), 5), StorageFailure);
  assert.deepEqual([file.size, String(disk.content)], [5, 'hello']);
  disk.room = 100;
  await file.append(bytes('world'), 5);
  assert.equal(String(disk.content), 'helloworld');
});

test('a tail that could not be cut at once is cut before the next append', async () => {
  const disk = new SmallDisk(8);
  const file = on(disk);
  await file.append(bytes('hello'), 5);
  disk.isStuck = true;
  await assert.rejects(file.append(bytes('world'), 5), StorageFailure);
  disk.isStuck = false;
  disk.room = 100;
  await file.append(bytes('!'), 1);
  assert.equal(String(disk.content), 'hello!');
});

test('after a sync that failed for another reason than space nothing more is taken', async () => {
  const disk = new SmallDisk(100);
  const file = on(disk);
  disk.syncError = 'EIO';
  await assert.rejects(file.append(bytes('a'), 1), StorageFailure);
  disk.syncError = null;
  await assert.rejects(file.append(bytes('b'), 1), /restart the broker/);
});

test('a sync without space is like a write without space', async () => {
  const disk = new SmallDisk(100);
  const file = on(disk);
  disk.syncError = 'ENOSPC';
  await assert.rejects(file.append(bytes('a'), 1), StorageFailure);
  disk.syncError = null;
  await file.append(bytes('b'), 1);
  assert.equal(String(disk.content), 'b');
});

test('opening cuts what a crash left and keeps the rest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'durable-file-'));
  const path = join(folder, 'file');
  await writeFile(path, 'keepTORN');
  const file = await DurableFile.open(path, 4);
  await file.append(bytes('+more'), 5);
  const read = Buffer.alloc(5);
  await file.read(read, 4);
  assert.equal(String(read), '+more');
  await assert.rejects(file.read(Buffer.alloc(2), 8), StorageFailure);
  await file.close();
  assert.equal(await readFile(path, 'utf8'), 'keep+more');
  await rm(folder, { recursive: true });
});
