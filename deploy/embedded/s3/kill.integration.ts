import assert from 'node:assert/strict';
import { createHash, randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { clientFor, endWith, startEmbeddedS3, temporaryFolder } from './testing/endpoint.ts';

// Kills the endpoint with SIGKILL while writers are at work. Every object must then be what was last acknowledged, or
// what the write under way at that moment would have made of it: whole, with the metadata that belongs to it. And a
// conditional put has one winner, kill or not.

const kills = Number(process.env['TRUNKLINE_KILLS'] ?? 5);
const Bucket = 'kill';
const writers = 6;
const keysEach = 5;
const minPart = 5 * 1024 ** 2;

/** An object by the seed its content is made from; 0 when it does not exist. */
type State = { acknowledged: number; attempted: number };

const sizes = [0, 1, 1000, 70_000, 400_000, minPart + 1000];

/** Content that only its seed explains: the seed decides the size, too. */
function contentOf(seed: number): Buffer {
  const size = sizes[seed % sizes.length]!;
  const block = createHash('sha512').update(String(seed)).digest();
  return Buffer.alloc(size, block);
}

async function write(s3: S3Client, Key: string, seed: number): Promise<void> {
  const [Body, Metadata] = [contentOf(seed), { seed: String(seed) }];
  if (Body.length <= minPart) {
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, Metadata, ChecksumSHA256: sha256(Body) }));
    return;
  }
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata }));
  const Parts = await Promise.all(
    [Body.subarray(0, minPart), Body.subarray(minPart)].map(async (part, index) => {
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: index + 1, Body: part });
      return { PartNumber: index + 1, ETag: (await s3.send(command)).ETag };
    }),
  );
  await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('base64');
}

/** The seed an object carries, after checking that its content is that seed's. */
async function read(s3: S3Client, Key: string): Promise<number> {
  try {
    const { Body, Metadata } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const seed = Number(Metadata?.['seed']);
    const found = Buffer.from(await Body!.transformToByteArray());
    assert.ok(found.equals(contentOf(seed)), `${Key}: the content is not that of its metadata`);
    return seed;
  } catch (error) {
    if ((error as S3ServiceException).name === 'NoSuchKey') return 0;
    throw error;
  }
}

/** One change of one key: mostly a write, at times a copy onto itself by way of another key, or a deletion. */
async function change(s3: S3Client, key: string, state: State, seed: number): Promise<void> {
  if (randomInt(6) === 0) {
    state.attempted = 0;
    await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
  } else if (randomInt(5) === 0) {
    await write(s3, `${key}.source`, seed);
    state.attempted = seed;
    await s3.send(new CopyObjectCommand({ Bucket, Key: key, CopySource: `${Bucket}/${key}.source` }));
  } else {
    state.attempted = seed;
    await write(s3, key, seed);
  }
  state.acknowledged = state.attempted;
}

/** An object that all writers raise by one, each on the condition that nobody else did since it was read. */
const counterKey = 'counter';

/** How often the counter was raised for certain, and how often at most: a kill leaves some without an answer. */
type Raises = { acknowledged: number; attempted: number };

async function readCounter(s3: S3Client): Promise<{ count: number; etag?: string | undefined }> {
  try {
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket, Key: counterKey }));
    return { count: Number(await Body!.transformToString()), etag: ETag };
  } catch (error) {
    if ((error as S3ServiceException).name === 'NoSuchKey') return { count: 0 };
    throw error;
  }
}

/** May lose to another writer; then nothing was raised. */
async function raise(s3: S3Client, raises: Raises): Promise<void> {
  const { count, etag } = await readCounter(s3);
  const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
  raises.attempted += 1;
  try {
    await s3.send(new PutObjectCommand({ Bucket, Key: counterKey, Body: String(count + 1), ...condition }));
    raises.acknowledged += 1;
  } catch (error) {
    if ((error as S3ServiceException).name !== 'PreconditionFailed') throw error;
    raises.attempted -= 1;
  }
}

/** Writes until the endpoint is gone; `onAcknowledged` is called for each change. */
async function writeUntilKilled(
  s3: S3Client,
  states: Map<string, State>,
  keys: readonly string[],
  raises: Raises,
  nextSeed: () => number,
  onAcknowledged: () => void,
): Promise<void> {
  for (;;) {
    const key = keys[randomInt(keys.length)]!;
    try {
      if (randomInt(4) === 0) await raise(s3, raises);
      else await change(s3, key, states.get(key)!, nextSeed());
    } catch (error) {
      // An answer would be a failure of the endpoint; no answer is the kill.
      if ((error as Partial<S3ServiceException>).$response !== undefined) throw error;
      return;
    }
    onAcknowledged();
  }
}

/** How many files the objects and the unfinished uploads need. */
async function blobsInUse(s3: S3Client): Promise<number> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  const parts = await Promise.all(
    Uploads.map(({ Key, UploadId }) => s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))),
  );
  const ofObjects = Contents.map(({ Size = 0 }) => Math.ceil(Size / minPart));
  return [...ofObjects, ...parts.map(({ Parts = [] }) => Parts.length)].reduce((sum, count) => sum + count, 0);
}

async function filesBelow(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

test(`no acknowledged object is lost or torn by ${kills} kills`, async (t) => {
  const folder = await temporaryFolder();
  t.after(folder.remove);
  const keys = Array.from({ length: writers }, (_, writer) =>
    Array.from({ length: keysEach }, (_, index) => `${writer}/${index}`),
  );
  const states = new Map(keys.flat().map((key) => [key, { acknowledged: 0, attempted: 0 }]));
  const raises: Raises = { acknowledged: 0, attempted: 0 };
  let seed = 0;
  for (let round = 0; round <= kills; round++) {
    const embedded = await startEmbeddedS3(folder.path);
    const s3 = clientFor(embedded);
    t.after(() => endWith(embedded.child, 'SIGKILL'));
    if (round === 0) await s3.send(new CreateBucketCommand({ Bucket }));
    assert.equal(await filesBelow(join(folder.path, 'incoming')), 0, 'leftovers are swept at the start');
    for (const [key, state] of states) {
      const found = await read(s3, key);
      const possible = [state.acknowledged, state.attempted];
      assert.ok(possible.includes(found), `round ${round}, ${key}: found ${found}, not one of ${possible.join(', ')}`);
      Object.assign(state, { acknowledged: found, attempted: found });
    }
    const { count } = await readCounter(s3);
    const { acknowledged, attempted } = raises;
    assert.ok(
      acknowledged <= count && count <= attempted,
      `round ${round}: raised ${acknowledged} to ${attempted} times, found ${count}`,
    );
    Object.assign(raises, { acknowledged: count, attempted: count });
    if (round === kills) {
      assert.equal(await filesBelow(join(folder.path, 'blobs')), await blobsInUse(s3), 'no content is left over');
      assert.equal(await endWith(embedded.child, 'SIGTERM'), 0);
    } else {
      let left = randomInt(1, 60);
      const onAcknowledged = (): void => {
        if (--left === 0) embedded.child.kill('SIGKILL');
      };
      await Promise.all(keys.map((own) => writeUntilKilled(s3, states, own, raises, () => ++seed, onAcknowledged)));
      assert.equal(await endWith(embedded.child, 'SIGKILL'), 'SIGKILL');
    }
    s3.destroy();
  }
  t.diagnostic(`${seed} changes were attempted, the counter was raised ${raises.acknowledged} times`);
});
