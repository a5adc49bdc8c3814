import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { checksumAlgorithms, createChecksum } from './protocol/checksums.ts';
import {
  clientFor,
  endWith,
  spawnMain,
  startEmbeddedS3,
  temporaryFolder,
  type EmbeddedS3,
} from './testing/endpoint.ts';

// What is particular to the embedded endpoint: its process, its files, and the refusal of what it does not do.

const Bucket = 'embedded';
let folder: { path: string; remove: () => Promise<void> };
let embedded: EmbeddedS3;
let s3: S3Client;

async function start(): Promise<void> {
  embedded = await startEmbeddedS3(folder.path);
  s3 = clientFor(embedded);
}

async function restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  s3.destroy();
  await endWith(embedded.child, signal);
  await start();
}

before(async () => {
  folder = await temporaryFolder();
  await start();
  await s3.send(new CreateBucketCommand({ Bucket }));
});

after(async () => {
  s3.destroy();
  await endWith(embedded.child, 'SIGTERM');
  await folder.remove();
});

async function get(Key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}

function blobFiles(): Promise<number> {
  return readdir(join(folder.path, 'blobs'), { recursive: true, withFileTypes: true }).then(
    (entries) => entries.filter((entry) => entry.isFile()).length,
  );
}

async function outputOf(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number; out: string; err: string }> {
  const child = spawnMain(args, env);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (data: Buffer) => (out += data.toString()));
  child.stderr?.on('data', (data: Buffer) => (err += data.toString()));
  await once(child, 'close');
  return { code: child.exitCode ?? -1, out, err };
}

describe('the process', () => {
  for (const [what, args, env, says] of [
    ['no data folder', ['--port', '0'], {}, /--data DIR is required/],
    ['no port', ['--data', '/tmp/x'], {}, /--port N is required/],
    ['a port that is none', ['--data', '/tmp/x', '--port', '70000'], {}, /--port must be 0 to 65535/],
    ['an unknown flag', ['--data', '/tmp/x', '--port', '0', '--colour'], {}, /--colour/],
    ['no secret', ['--data', '/tmp/x', '--port', '0'], { S3_SECRET_ACCESS_KEY: '' }, /must be set/],
  ] as const) {
    test(`refuses ${what}`, async () => {
      const { code, out, err } = await outputOf(args, env);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, says);
    });
  }

  test('explains itself', async () => {
    const { code, out } = await outputOf(['--help']);
    assert.equal(code, 0);
    assert.match(out, /--with-parent/);
  });

  test('is alone with its data, until it ends', async () => {
    const { code, err } = await outputOf(['--data', folder.path, '--port', '0']);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`in use by the process ${embedded.child.pid}`));
    await restart('SIGKILL');
    assert.equal((await s3.send(new ListBucketsCommand({}))).Buckets?.[0]?.Name, Bucket);
  });

  test('ends well on SIGTERM, in the middle of an upload', async () => {
    const own = await temporaryFolder();
    const other = await startEmbeddedS3(own.path);
    const client = clientFor(other);
    await client.send(new CreateBucketCommand({ Bucket }));
    const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'k' }), { expiresIn: 60 });
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 1000, expect: '100-continue' } });
    upload.on('error', () => undefined).flushHeaders();
    await once(upload, 'continue');
    assert.equal(await endWith(other.child, 'SIGTERM'), 0);
    client.destroy();
    assert.deepEqual(await readdir(join(own.path, 'incoming')), []);
    await own.remove();
  });

  test('ends well on SIGINT', async () => {
    const own = await temporaryFolder();
    const other = await startEmbeddedS3(own.path);
    assert.equal(await endWith(other.child, 'SIGINT'), 0);
    assert.deepEqual((await readdir(own.path)).sort(), ['blobs', 'catalog.sqlite', 'incoming']);
    await own.remove();
  });

  test('ends with its parent', async () => {
    const own = await temporaryFolder();
    const other = await startEmbeddedS3(own.path);
    other.child.stdin?.end();
    await once(other.child, 'exit');
    assert.equal(other.child.exitCode, 0);
    await own.remove();
  });

  test('logs lines of JSON', () => {
    for (const line of embedded.errors().split('\n').filter(Boolean)) assert.doesNotThrow(() => JSON.parse(line), line);
  });
});

describe('keys', () => {
  const hostile = [
    'a',
    'a/b',
    'a/',
    '../../escape',
    '/',
    '//',
    '.',
    'x'.repeat(1024),
    'a b+c#d%e?f&g=h',
    'é\u{1F600}',
    '\u0001\r\n\0',
  ];

  test('of any octets are kept apart, listed and deleted', async () => {
    for (const Key of hostile) await s3.send(new PutObjectCommand({ Bucket, Key, Body: `of ${Key}` }));
    for (const Key of hostile) assert.equal((await get(Key)).toString(), `of ${Key}`);
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    const listed = Contents.map(({ Key = '' }) => decodeURIComponent(Key));
    assert.deepEqual(new Set(listed), new Set(hostile));
    for (const Key of hostile) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    assert.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
  });

  test('of more than 1024 bytes are refused', async () => {
    const long = s3.send(new PutObjectCommand({ Bucket, Key: 'é'.repeat(513), Body: '' }));
    await assert.rejects(long, { name: 'KeyTooLongError' });
  });
});

describe('checksums', () => {
  const content = Buffer.from('some content to be summed up');

  for (const algorithm of checksumAlgorithms) {
    test(`${algorithm}: kept, returned, and refused when wrong`, async () => {
      const [Key, field] = [`sum-${algorithm}`, `Checksum${algorithm}` as const];
      const expected = createChecksum(algorithm);
      expected.update(content);
      const value = expected.digest().toString('base64');
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: content, [field]: value }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      assert.equal(head[field], value);
      const wrong = s3.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: Buffer.from('other'), [field]: value }));
      await assert.rejects(wrong, { name: 'BadDigest' });
    });
  }

  test('of a multipart object: of the whole content, or of the parts', async () => {
    const parts = [Buffer.alloc(5 * 1024 ** 2, 1), Buffer.alloc(1000, 2)];
    const whole = createChecksum('CRC64NVME');
    for (const part of parts) whole.update(part);
    const expected = { CRC64NVME: whole.digest().toString('base64'), SHA256: /-2$/ } as const;
    for (const algorithm of ['CRC64NVME', 'SHA256'] as const) {
      const Key = `parts-${algorithm}`;
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: algorithm }),
      );
      const Parts = [];
      for (const [index, Body] of parts.entries()) {
        const PartNumber = index + 1;
        const { ETag, ...sums } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
        Parts.push({ PartNumber, ETag, [`Checksum${algorithm}`]: sums[`Checksum${algorithm}`] });
      }
      await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      assert.match(head[`Checksum${algorithm}`] ?? '', new RegExp(expected[algorithm]));
    }
  });
});

describe('multipart', () => {
  test('goes on after the process was killed between parts', async () => {
    const Key = 'interrupted';
    const parts = [Buffer.alloc(5 * 1024 ** 2, 'a'), Buffer.from('end')];
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts = [];
    for (const [index, Body] of parts.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
      await restart('SIGKILL');
    }
    await s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    assert.deepEqual(await get(Key), Buffer.concat(parts));
  });

  test('a part too small is refused when it is not the last', async () => {
    const Key = 'small';
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (const PartNumber of [1, 2]) {
      const { ETag } = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: 'x' }));
      Parts.push({ PartNumber, ETag });
    }
    const complete = (parts: typeof Parts): Promise<unknown> =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
    await assert.rejects(complete(Parts), { name: 'EntityTooSmall' });
    await assert.rejects(complete(Parts.toReversed()), { name: 'InvalidPartOrder' });
  });
});

describe('files', () => {
  test('of what was replaced or deleted go, but not while they are read', async () => {
    const content = Buffer.alloc(8 * 1024 ** 2, 'r');
    const filesBefore = await blobFiles();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'read', Body: content }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'read' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'read' }));
    assert.deepEqual(Buffer.from(await Body!.transformToByteArray()), content);
    await restart('SIGTERM');
    assert.equal(await blobFiles(), filesBefore);
  });

  test('of half a body go at once', async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'half' }), { expiresIn: 60 });
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 200_000, expect: '100-continue' } });
    upload.on('error', () => undefined).flushHeaders();
    await once(upload, 'continue');
    upload.write(Buffer.alloc(100_000));
    while ((await readdir(join(folder.path, 'incoming'))).length === 0) await new Promise(setImmediate);
    upload.destroy();
    while ((await readdir(join(folder.path, 'incoming'))).length > 0) await new Promise(setImmediate);
    await assert.rejects(get('half'), { name: 'NoSuchKey' });
  });
});

describe('a client that waits for 100 Continue', () => {
  async function put(url: string): Promise<{ continued: boolean; status: number | undefined }> {
    const upload = request(url, { method: 'PUT', headers: { 'content-length': 5, expect: '100-continue' } });
    let continued = false;
    upload.on('continue', () => {
      continued = true;
      upload.end('hello');
    });
    upload.flushHeaders();
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    response.resume();
    upload.destroy();
    return { continued, status: response.statusCode };
  }

  test('is asked for its body, unless it is refused', async () => {
    const sign = (Key: string, IfNoneMatch?: string): Promise<string> =>
      getSignedUrl(s3, new PutObjectCommand({ Bucket, Key, ...(IfNoneMatch === undefined ? {} : { IfNoneMatch }) }));
    const url = await sign('continued');
    assert.deepEqual(await put(url), { continued: true, status: 200 });
    assert.deepEqual(await put(`${url}0`), { continued: false, status: 403 });
  });
});

describe('buckets', () => {
  test('are named as S3 wants, created once, deleted when empty', async () => {
    await assert.rejects(s3.send(new CreateBucketCommand({ Bucket: 'Bad_Name' })), { name: 'InvalidBucketName' });
    await assert.rejects(s3.send(new CreateBucketCommand({ Bucket })), { name: 'BucketAlreadyOwnedByYou' });
    await s3.send(new CreateBucketCommand({ Bucket: 'short-lived' }));
    await s3.send(new PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }));
    await assert.rejects(s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' })), { name: 'BucketNotEmpty' });
    await s3.send(new DeleteObjectCommand({ Bucket: 'short-lived', Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }));
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket: 'short-lived' })), { name: 'NoSuchBucket' });
  });

  test('have a lifecycle that is kept and removed', async () => {
    const Rules = [
      { ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 3 } },
      {
        ID: 'stale',
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
      },
    ];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    await restart('SIGTERM');
    const kept = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    assert.deepEqual(kept.Rules, Rules);
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    const none = s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    await assert.rejects(none, { name: 'NoSuchLifecycleConfiguration' });
  });
});

describe('what it does not do it says', () => {
  for (const [what, send] of [
    ['versioning', () => s3.send(new GetBucketVersioningCommand({ Bucket }))],
    [
      'versioning',
      () => s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    ],
    ['a version', () => s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: 'v' }))],
    [
      'encryption',
      () => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '', ServerSideEncryption: 'aws:kms' })),
    ],
    [
      'object lock',
      () => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '', ObjectLockLegalHoldStatus: 'ON' })),
    ],
  ] as const) {
    test(what, () => assert.rejects(send(), { name: 'NotImplemented' }));
  }
});
