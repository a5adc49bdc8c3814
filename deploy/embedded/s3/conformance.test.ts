/**
 * What Trunkline relies on from S3, through the AWS SDK alone. It runs against the endpoint that
 * TRUNKLINE_TEST_S3_ENDPOINT names (with _REGION, _ACCESS_KEY_ID and _SECRET_ACCESS_KEY), or else against the embedded
 * one, which it then starts.
 */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListPartsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  UploadPartCommand,
  type PutObjectCommandInput,
  type S3Client,
  type S3ServiceException,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startEngines } from '../../testing/engines.ts';
import { clientFor, type Endpoint } from './testing/endpoint.ts';

let endpoint: Endpoint;
let s3: S3Client;
let stop: () => Promise<void>;
const bucket = `trunkline-conformance-${randomBytes(6).toString('hex')}`;
const prefix = 'tenants/acme/';

before(async () => {
  const { s3: found, stop: stopEngines } = await startEngines({ s3: true });
  stop = stopEngines;
  endpoint = { ...found, url: found.endpoint };
  s3 = clientFor(endpoint);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new HeadBucketCommand({ Bucket: bucket }));
});

after(async () => {
  for (const key of await listKeys(prefix)) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
  s3.destroy();
  await stop();
});

function at(key: string): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: prefix + key };
}

function put(
  key: string,
  body: PutObjectCommandInput['Body'] & {},
  more: Partial<Omit<PutObjectCommandInput, 'Body'>> = {},
): Promise<unknown> {
  return s3.send(new PutObjectCommand({ ...at(key), Body: body, ...more }));
}

/** Puts a stream of known length with its SHA-256, as recordings are stored. */
function putStream(
  key: string,
  content: Buffer,
  {
    declared = content,
    ...more
  }: {
    declared?: Buffer;
    IfNoneMatch?: string;
    IfMatch?: string | undefined;
    ContentType?: string;
    Metadata?: Record<string, string>;
  } = {},
): Promise<unknown> {
  return put(key, Readable.from(pieces(content)), {
    ContentLength: content.length,
    ChecksumSHA256: sha256(declared),
    ...more,
  });
}

async function get(key: string): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand(at(key)));
  assert.ok(Body);
  return Buffer.from(await Body.transformToByteArray());
}

async function exists(key: string): Promise<boolean> {
  try {
    await s3.send(new HeadObjectCommand(at(key)));
    return true;
  } catch (error) {
    if ((error as S3ServiceException).$metadata.httpStatusCode === 404) return false;
    throw error;
  }
}

async function listKeys(below: string): Promise<string[]> {
  const keys: string[] = [];
  for (let token: string | undefined; ; ) {
    const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: below, ContinuationToken: token });
    const page: ListObjectsV2CommandOutput = await s3.send(command);
    keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    token = page.NextContinuationToken;
    if (token === undefined) return keys;
  }
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('base64');
}

async function* pieces(content: Buffer, size = 10_000): AsyncGenerator<Buffer> {
  for (let start = 0; start < content.length; start += size) yield content.subarray(start, start + size);
}

const failsWith = (status: number, name?: string) => (error: S3ServiceException) => {
  assert.equal(error.$metadata.httpStatusCode, status, `${error.name}: ${error.message}`);
  if (name !== undefined) assert.equal(error.name, name);
  return true;
};

describe('put', () => {
  test('a stream of known length with its SHA-256', async () => {
    const content = randomBytes(300_000);
    await putStream('stream', content, { ContentType: 'audio/wav', Metadata: { call: 'c-1' } });
    assert.deepEqual(await get('stream'), content);
    const head = await s3.send(new HeadObjectCommand({ ...at('stream'), ChecksumMode: 'ENABLED' }));
    assert.equal(head.ChecksumSHA256, sha256(content));
    assert.equal(head.ContentLength, content.length);
    assert.equal(head.ContentType, 'audio/wav');
    assert.deepEqual(head.Metadata, { call: 'c-1' });
  });

  test('with a wrong SHA-256 is refused and stores nothing', async () => {
    const wrong = putStream('wrong', randomBytes(300_000), { declared: Buffer.from('other') });
    await assert.rejects(wrong, failsWith(400));
    assert.equal(await exists('wrong'), false);
  });

  test('with a wrong SHA-256 leaves what was there', async () => {
    await put('kept', 'first');
    const wrong = putStream('kept', randomBytes(50_000), { declared: Buffer.from('other') });
    await assert.rejects(wrong, failsWith(400));
    assert.equal((await get('kept')).toString(), 'first');
  });

  test('with the checksum that the SDK adds by default', async () => {
    const client = clientFor(endpoint);
    const content = randomBytes(100_000);
    const command = new PutObjectCommand({ ...at('default'), Body: content, ChecksumAlgorithm: 'CRC32' });
    await client.send(command);
    client.destroy();
    assert.deepEqual(await get('default'), content);
  });

  test('of an empty object', async () => {
    await put('empty', '');
    assert.equal((await get('empty')).length, 0);
  });

  test('replaces', async () => {
    await put('replaced', 'first');
    await put('replaced', 'second');
    assert.equal((await get('replaced')).toString(), 'second');
  });

  for (const [condition, prepare] of [
    ['If-None-Match', async () => ({ IfNoneMatch: '*' })],
    [
      'If-Match',
      async () => {
        await put('contested-If-Match', 'what all have read');
        return { IfMatch: (await s3.send(new HeadObjectCommand(at('contested-If-Match')))).ETag };
      },
    ],
  ] as const) {
    test(`${condition}: exactly one of twenty wins, and the object is the winner’s`, async () => {
      const key = `contested-${condition}`;
      const conditions = await prepare();
      const contents = Array.from({ length: 20 }, (_, index) => Buffer.alloc(20_000, index));
      const outcomes = await Promise.allSettled(contents.map((content) => putStream(key, content, conditions)));
      const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      assert.equal(winners.length, 1);
      assert.deepEqual(await get(key), contents[winners[0]!]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') assert.match(String(outcome.reason.$metadata.httpStatusCode), /^(412|409)$/);
      }
    });
  }

  test('If-None-Match: a large stream is refused, by 412 or by a connection that ends, and changes nothing', async () => {
    await put('kept', 'first');
    const refused = putStream('kept', randomBytes(3_000_000), { IfNoneMatch: '*' });
    await assert.rejects(refused, (error: S3ServiceException & { code?: string }) => {
      assert.ok(error.$metadata?.httpStatusCode === 412 || /^(EPIPE|ECONNRESET)$/.test(error.code ?? ''), error);
      return true;
    });
    assert.equal((await get('kept')).toString(), 'first');
  });

  test('a body of which half is sent leaves nothing', async () => {
    const content = randomBytes(200_000);
    // The SDK does not notice by itself that a body's stream has failed: whoever reads the source must abort.
    const hungUp = new AbortController();
    async function* half(): AsyncGenerator<Buffer> {
      yield* pieces(content.subarray(0, 100_000));
      hungUp.abort();
    }
    const command = new PutObjectCommand({
      ...at('half'),
      Body: Readable.from(half()),
      ContentLength: content.length,
      ChecksumSHA256: sha256(content),
    });
    await assert.rejects(s3.send(command, { abortSignal: hungUp.signal }), { name: 'AbortError' });
    assert.equal(await exists('half'), false);
    await putStream('half', content, { IfNoneMatch: '*' });
    assert.deepEqual(await get('half'), content);
  });
});

describe('get', () => {
  const content = randomBytes(200_000);
  before(() => put('readable', content, { ContentType: 'audio/mpeg' }));

  for (const [range, start, end] of [
    ['bytes=0-99', 0, 100],
    ['bytes=100000-', 100_000, 200_000],
    ['bytes=-5', 199_995, 200_000],
    ['bytes=199990-300000', 199_990, 200_000],
  ] as const) {
    test(range, async () => {
      const part = await s3.send(new GetObjectCommand({ ...at('readable'), Range: range }));
      assert.equal(part.$metadata.httpStatusCode, 206);
      assert.equal(part.ContentRange, `bytes ${start}-${end - 1}/${content.length}`);
      assert.deepEqual(Buffer.from(await part.Body!.transformToByteArray()), content.subarray(start, end));
    });
  }

  test('a range behind the end', async () => {
    const behind = s3.send(new GetObjectCommand({ ...at('readable'), Range: 'bytes=200000-' }));
    await assert.rejects(behind, failsWith(416, 'InvalidRange'));
  });

  test('conditions', async () => {
    const { ETag } = await s3.send(new HeadObjectCommand(at('readable')));
    assert.ok(ETag);
    await assert.rejects(s3.send(new GetObjectCommand({ ...at('readable'), IfNoneMatch: ETag })), failsWith(304));
    await assert.rejects(s3.send(new GetObjectCommand({ ...at('readable'), IfMatch: '"other"' })), failsWith(412));
    const same = await s3.send(new GetObjectCommand({ ...at('readable'), IfMatch: ETag }));
    assert.equal((await same.Body!.transformToByteArray()).length, content.length);
  });

  test('what is not there', async () => {
    await assert.rejects(get('absent'), failsWith(404, 'NoSuchKey'));
    await assert.rejects(
      s3.send(new GetObjectCommand({ Bucket: `${bucket}-absent`, Key: 'k' })),
      failsWith(404, 'NoSuchBucket'),
    );
  });
});

describe('presigned URL', () => {
  before(() => put('shared', 'recording', { ContentType: 'audio/wav' }));

  async function presign(
    input: Partial<PutObjectCommandInput> & object = {},
    signingDate = new Date(),
  ): Promise<string> {
    return getSignedUrl(s3, new GetObjectCommand({ ...at('shared'), ...input }), { expiresIn: 60, signingDate });
  }

  test('downloads, with disposition and type as signed, ranges too', async () => {
    const disposition = `attachment; filename="call 1.wav"; filename*=UTF-8''call%201.wav`;
    const command = new GetObjectCommand({
      ...at('shared'),
      ResponseContentDisposition: disposition,
      ResponseContentType: 'audio/x-wav',
    });
    const url = await getSignedUrl(s3, command, { expiresIn: 60 });
    const whole = await fetch(url);
    assert.equal(whole.status, 200);
    assert.equal(await whole.text(), 'recording');
    assert.equal(whole.headers.get('content-disposition'), disposition);
    assert.equal(whole.headers.get('content-type'), 'audio/x-wav');
    const part = await fetch(url, { headers: { range: 'bytes=2-4' } });
    assert.equal(part.status, 206);
    assert.equal(await part.text(), 'cor');
  });

  test('uploads', async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand(at('uploaded')), { expiresIn: 60 });
    assert.equal((await fetch(url, { method: 'PUT', body: 'by url' })).status, 200);
    assert.equal((await get('uploaded')).toString(), 'by url');
  });

  test('is refused when it has expired', async () => {
    const response = await fetch(await presign({}, new Date(Date.now() - 120_000)));
    assert.equal(response.status, 403);
    assert.match(await response.text(), /expired/i);
  });

  test('is refused when any of it was changed', async () => {
    const url = await presign();
    const code = async (changed: string, init?: RequestInit): Promise<string> => {
      const response = await fetch(changed, init);
      assert.equal(response.status, 403);
      return /<Code>(\w+)/.exec(await response.text())?.[1] ?? '';
    };
    assert.equal(await code(url.replace('shared', 'readable')), 'SignatureDoesNotMatch');
    assert.equal(await code(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')), 'SignatureDoesNotMatch');
    assert.equal(await code(`${url}&response-content-type=text%2Fhtml`), 'SignatureDoesNotMatch');
    assert.equal(await code(url, { method: 'DELETE' }), 'SignatureDoesNotMatch');
    assert.equal(await code(url.split('?')[0] ?? ''), 'AccessDenied');
  });

  test('is refused when its date or the scope of its credential was changed', async () => {
    const signedAt = new Date();
    const url = await presign({}, signedAt);
    const amzDate = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const day = amzDate(signedAt.getTime()).slice(0, 8);
    const { searchParams } = new URL(url);
    const [key, , region] = (searchParams.get('X-Amz-Credential') ?? '').split('/');
    for (const [name, value] of [
      ['X-Amz-Date', amzDate(signedAt.getTime() + 30_000)],
      ['X-Amz-Date', '20200101T000000Z'],
      ['X-Amz-Credential', `${key}/20200101/${region}/s3/aws4_request`],
      ['X-Amz-Credential', `${key}/${day}/eu-elsewhere-1/s3/aws4_request`],
      ['X-Amz-Credential', `${key}/${day}/${region}/sts/aws4_request`],
    ] as const) {
      const changed = new URL(url);
      changed.searchParams.set(name, value);
      const response = await fetch(changed);
      assert.match(String(response.status), /^40[03]$/, `${name}=${value}`);
      assert.doesNotMatch(await response.text(), /recording/);
    }
  });

  test('of another secret is refused', async () => {
    const stranger = clientFor({ ...endpoint, secretAccessKey: 'guessed' });
    const url = await getSignedUrl(stranger, new GetObjectCommand(at('shared')), { expiresIn: 60 });
    assert.equal((await fetch(url)).status, 403);
    await assert.rejects(stranger.send(new GetObjectCommand(at('shared'))), failsWith(403, 'SignatureDoesNotMatch'));
    stranger.destroy();
  });

  test('of an unknown key is refused', async () => {
    const stranger = clientFor({ ...endpoint, accessKeyId: 'AKUNKNOWN' });
    await assert.rejects(stranger.send(new GetObjectCommand(at('shared'))), failsWith(403, 'InvalidAccessKeyId'));
    stranger.destroy();
  });
});

describe('multipart', () => {
  const parts = [randomBytes(5 * 1024 ** 2), randomBytes(100_000)];

  async function start(key: string): Promise<string> {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at(key), ContentType: 'audio/wav' }));
    assert.ok(UploadId);
    return UploadId;
  }

  async function upload(key: string, UploadId: string): Promise<{ ETag: string | undefined; PartNumber: number }[]> {
    const uploads = parts.map(async (part, index) => {
      const PartNumber = index + 1;
      const { ETag } = await s3.send(new UploadPartCommand({ ...at(key), UploadId, PartNumber, Body: part }));
      return { ETag, PartNumber };
    });
    return Promise.all(uploads);
  }

  test('becomes one object when it is completed', async () => {
    const UploadId = await start('joined');
    const Parts = await upload('joined', UploadId);
    const listed = await s3.send(new ListPartsCommand({ ...at('joined'), UploadId }));
    assert.deepEqual(
      listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
      [
        [1, parts[0]?.length],
        [2, parts[1]?.length],
      ],
    );
    assert.equal(await exists('joined'), false);
    await s3.send(new CompleteMultipartUploadCommand({ ...at('joined'), UploadId, MultipartUpload: { Parts } }));
    assert.deepEqual(await get('joined'), Buffer.concat(parts));
    const across = await s3.send(
      new GetObjectCommand({ ...at('joined'), Range: `bytes=${5 * 1024 ** 2 - 2}-${5 * 1024 ** 2 + 1}` }),
    );
    assert.deepEqual(
      Buffer.from(await across.Body!.transformToByteArray()),
      Buffer.concat([parts[0]!.subarray(-2), parts[1]!.subarray(0, 2)]),
    );
  });

  test('is listed until it is aborted, and then gone', async () => {
    const UploadId = await start('aborted');
    await upload('aborted', UploadId);
    const open = (): Promise<string[]> =>
      s3
        .send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: `${prefix}aborted` }))
        .then(({ Uploads }) => (Uploads ?? []).map(({ UploadId: id = '' }) => id));
    assert.deepEqual(await open(), [UploadId]);
    await s3.send(new AbortMultipartUploadCommand({ ...at('aborted'), UploadId }));
    assert.deepEqual(await open(), []);
    await assert.rejects(upload('aborted', UploadId), failsWith(404, 'NoSuchUpload'));
  });

  test('is not completed over an object with If-None-Match', async () => {
    await put('taken', 'first');
    const UploadId = await start('taken');
    const Parts = await upload('taken', UploadId);
    const complete = new CompleteMultipartUploadCommand({
      ...at('taken'),
      UploadId,
      MultipartUpload: { Parts },
      IfNoneMatch: '*',
    });
    await assert.rejects(s3.send(complete), failsWith(412, 'PreconditionFailed'));
    assert.equal((await get('taken')).toString(), 'first');
    await s3.send(new AbortMultipartUploadCommand({ ...at('taken'), UploadId }));
  });

  test('is not completed with a part that was not uploaded', async () => {
    const UploadId = await start('missing');
    const Parts = await upload('missing', UploadId);
    const complete = new CompleteMultipartUploadCommand({
      ...at('missing'),
      UploadId,
      MultipartUpload: { Parts: [...Parts.slice(0, 1), { PartNumber: 3, ETag: Parts[0]?.ETag }] },
    });
    await assert.rejects(s3.send(complete), failsWith(400, 'InvalidPart'));
    assert.equal(await exists('missing'), false);
    await s3.send(new AbortMultipartUploadCommand({ ...at('missing'), UploadId }));
  });
});

describe('list', () => {
  const names = ['2026/01/a', '2026/01/b', '2026/02/c', 'top', 'with space+plus#and%é'];
  before(() => Promise.all(names.map((name) => put(`list/${name}`, name))));

  test('in order, page by page', async () => {
    const keys: string[] = [];
    for (let token: string | undefined, more = true; more; more = token !== undefined) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `${prefix}list/`,
        MaxKeys: 2,
        ContinuationToken: token,
      });
      const page: ListObjectsV2CommandOutput = await s3.send(command);
      assert.ok((page.Contents ?? []).length <= 2);
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key.slice(`${prefix}list/`.length)));
      token = page.NextContinuationToken;
    }
    assert.deepEqual(keys, names);
  });

  test('by folder', async () => {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}list/2026/`, Delimiter: '/' }),
    );
    assert.deepEqual(
      page.CommonPrefixes?.map(({ Prefix }) => Prefix),
      [`${prefix}list/2026/01/`, `${prefix}list/2026/02/`],
    );
    assert.equal(page.Contents, undefined);
  });

  test('behind a key', async () => {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}list/`, StartAfter: `${prefix}list/2026/02/c` }),
    );
    assert.equal(page.KeyCount, 2);
    assert.equal(page.Contents?.[0]?.Size, 3);
  });
});

describe('copy, delete, tags', () => {
  test('a copy has the content and the metadata', async () => {
    const content = randomBytes(50_000);
    await put('original é+', content, { ContentType: 'audio/wav', Metadata: { a: 'b' } });
    const source = encodeURIComponent(`${bucket}/${prefix}original é+`);
    await s3.send(new CopyObjectCommand({ ...at('copy'), CopySource: source }));
    await s3.send(new DeleteObjectCommand(at('original é+')));
    assert.deepEqual(await get('copy'), content);
    const head = await s3.send(new HeadObjectCommand(at('copy')));
    assert.deepEqual([head.ContentType, head.Metadata], ['audio/wav', { a: 'b' }]);
  });

  test('a copy may have other metadata', async () => {
    await put('plain', 'x', { Metadata: { a: 'b' } });
    const command = new CopyObjectCommand({
      ...at('described'),
      CopySource: `${bucket}/${prefix}plain`,
      MetadataDirective: 'REPLACE',
      Metadata: { c: 'd' },
      ContentType: 'text/plain',
    });
    await s3.send(command);
    const head = await s3.send(new HeadObjectCommand(at('described')));
    assert.deepEqual([head.ContentType, head.Metadata], ['text/plain', { c: 'd' }]);
  });

  test('a copy onto itself needs other metadata, and keeps the content', async () => {
    const CopySource = `${bucket}/${prefix}self`;
    await put('self', 'one and the same', { Metadata: { old: '1' } });
    await assert.rejects(
      s3.send(new CopyObjectCommand({ ...at('self'), CopySource })),
      failsWith(400, 'InvalidRequest'),
    );
    await s3.send(
      new CopyObjectCommand({ ...at('self'), CopySource, MetadataDirective: 'REPLACE', Metadata: { renewed: '2' } }),
    );
    assert.equal((await get('self')).toString(), 'one and the same');
    assert.deepEqual((await s3.send(new HeadObjectCommand(at('self')))).Metadata, { renewed: '2' });
  });

  test('a copy may want its source to be what it was', async () => {
    await put('source', 'as it was');
    const { ETag } = await s3.send(new HeadObjectCommand(at('source')));
    const copy = (conditions: Partial<CopyObjectCommandInput>): Promise<unknown> =>
      s3.send(new CopyObjectCommand({ ...at('conditional'), CopySource: `${bucket}/${prefix}source`, ...conditions }));
    await assert.rejects(copy({ CopySourceIfMatch: '"other"' }), failsWith(412, 'PreconditionFailed'));
    // AWS says 412, versitygw 304 as for a GET: it is refused, and nothing is copied.
    await assert.rejects(copy({ CopySourceIfNoneMatch: ETag }));
    assert.equal(await exists('conditional'), false);
    await copy({ CopySourceIfMatch: ETag });
    assert.equal((await get('conditional')).toString(), 'as it was');
    await put('source', 'changed');
    await assert.rejects(copy({ CopySourceIfMatch: ETag }), failsWith(412, 'PreconditionFailed'));
    await copy({ CopySourceIfNoneMatch: ETag });
    assert.equal((await get('conditional')).toString(), 'changed');
  });

  test('delete, again and many', async () => {
    await Promise.all(['d1', 'd2', 'd3'].map((name) => put(name, name)));
    await s3.send(new DeleteObjectCommand(at('d1')));
    await s3.send(new DeleteObjectCommand(at('d1')));
    const Objects = ['d2', 'd3', 'never'].map((name) => ({ Key: prefix + name }));
    const { Errors } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
    assert.equal(Errors, undefined);
    assert.deepEqual(await Promise.all(['d1', 'd2', 'd3'].map(exists)), [false, false, false]);
  });

  test('tags come with the object, and are changed and removed', async () => {
    await put('tagged', 'x', { Tagging: 'tenant=t1&hold=no' });
    const tags = async (): Promise<Record<string, string>> => {
      const { TagSet } = await s3.send(new GetObjectTaggingCommand(at('tagged')));
      return Object.fromEntries((TagSet ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
    };
    assert.deepEqual(await tags(), { tenant: 't1', hold: 'no' });
    const TagSet = [{ Key: 'hold', Value: 'yes' }];
    await s3.send(new PutObjectTaggingCommand({ ...at('tagged'), Tagging: { TagSet } }));
    assert.deepEqual(await tags(), { hold: 'yes' });
    await s3.send(new DeleteObjectTaggingCommand(at('tagged')));
    assert.deepEqual(await tags(), {});
  });
});
