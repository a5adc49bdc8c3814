import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import { authenticate, type Credentials, type SignedRequest } from './authenticate.ts';
import type { S3ErrorCode } from './errors.ts';

const credentials: Credentials = {
  accessKeyId: 'AKEXAMPLE',
  secretAccessKey: 'secret/with+signs',
  region: 'eu-west-3',
};
const minute = 60_000;

type SdkRequest = {
  method: string;
  path: string;
  query: Record<string, string | string[] | null>;
  headers: Record<string, string>;
};

/** A client that sends nothing: what it would have sent is put in `sent`. */
function capturingClient(config: Partial<S3ClientConfig> = {}): { client: S3Client; sent: SignedRequest[] } {
  const sent: SignedRequest[] = [];
  const client = new S3Client({
    endpoint: 'http://127.0.0.1:9000',
    region: credentials.region,
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    requestHandler: {
      handle: (request: SdkRequest) => {
        sent.push(fromSdk(request));
        return Promise.reject(new Error('captured'));
      },
    },
    ...config,
  });
  return { client, sent };
}

function fromSdk({ method, path, query, headers }: SdkRequest): SignedRequest {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one) => [name, one] as const),
  );
  const lowerCase = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return { method, path: decodeURIComponent(path), query: pairs, headers: new Map(lowerCase) };
}

function fromUrl(method: string, url: string, headers: Readonly<Record<string, string>> = {}): SignedRequest {
  const { pathname, searchParams, host } = new URL(url);
  return {
    method,
    path: decodeURIComponent(pathname),
    query: [...searchParams],
    headers: new Map([['host', host], ...Object.entries(headers)]),
  };
}

async function capture(command: PutObjectCommand | ListObjectsV2Command | DeleteObjectCommand): Promise<SignedRequest> {
  const { client, sent } = capturingClient();
  await assert.rejects(client.send(command as PutObjectCommand), /captured/);
  assert.ok(sent[0]);
  return sent[0];
}

function presign(key = 'call.wav', signingDate = new Date(), expiresIn = 300): Promise<string> {
  const command = new GetObjectCommand({
    Bucket: 'b',
    Key: key,
    ResponseContentDisposition: 'attachment; filename="é a.wav"',
  });
  return getSignedUrl(capturingClient().client, command, { expiresIn, signingDate });
}

function refused(
  request: SignedRequest,
  code: S3ErrorCode,
  message?: RegExp,
  now = Date.now(),
  as = credentials,
): void {
  assert.throws(
    () => authenticate(request, as, now),
    (error: { code?: string; message: string }) => {
      assert.equal(error.code, code);
      if (message !== undefined) assert.match(error.message, message);
      return true;
    },
  );
}

function withHeader(request: SignedRequest, name: string, value: string): SignedRequest {
  return { ...request, headers: new Map([...request.headers, [name, value]]) };
}

function withParameter(request: SignedRequest, name: string, value: string): SignedRequest {
  return { ...request, query: [...request.query.filter(([other]) => other !== name), [name, value]] };
}

// Keys of well-formed text; the SDK refuses the empty one.
const keyArbitrary = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((key) => key.isWellFormed());

describe('requests that the AWS SDK signed are accepted', () => {
  test('in the headers: any key and metadata', async () => {
    const metadataValue = fc.stringMatching(/^[!-~]([ -~]{0,18}[!-~])?$/);
    await fc.assert(
      fc.asyncProperty(keyArbitrary, metadataValue, async (key, value) => {
        const put = new PutObjectCommand({ Bucket: 'b', Key: key, Body: 'x', Metadata: { note: value } });
        const { payload } = authenticate(await capture(put), credentials, Date.now());
        assert.equal(payload.kind, 'hashed');
      }),
      { numRuns: 60 },
    );
  });

  test('in the headers: any query', async () => {
    await fc.assert(
      fc.asyncProperty(keyArbitrary, keyArbitrary, async (prefix, delimiter) => {
        const list = new ListObjectsV2Command({ Bucket: 'b', Prefix: prefix, Delimiter: delimiter });
        authenticate(await capture(list), credentials, Date.now());
      }),
      { numRuns: 60 },
    );
  });

  test('presigned', async () => {
    await fc.assert(
      fc.asyncProperty(keyArbitrary, async (key) => {
        // A URL parser would resolve dot segments, which the browser then does too.
        fc.pre(!/(^|\/)\.{1,2}(\/|$)/.test(key));
        const { payload } = authenticate(fromUrl('GET', await presign(key)), credentials, Date.now());
        assert.equal(payload.kind, 'unsigned');
      }),
      { numRuns: 60 },
    );
  });
});

describe('signed headers', () => {
  const put = (): Promise<SignedRequest> =>
    capture(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x', ContentType: 'a/b' }));

  test('another secret, or any changed part, does not match', async () => {
    const request = await put();
    const code = 'SignatureDoesNotMatch';
    refused(request, code, undefined, Date.now(), { ...credentials, secretAccessKey: 'other' });
    refused({ ...request, method: 'DELETE' }, code);
    refused({ ...request, path: '/b/other' }, code);
    refused(withParameter(request, 'tagging', ''), code);
    refused(withHeader(request, 'x-amz-content-sha256', '0'.repeat(64)), code);
    refused(withHeader(request, 'host', 'elsewhere'), code);
  });

  test('an unknown key, no signature, two signatures, another region', async () => {
    const request = await put();
    refused(request, 'InvalidAccessKeyId', undefined, Date.now(), { ...credentials, accessKeyId: 'OTHER' });
    refused({ ...request, headers: new Map([['host', 'h']]) }, 'AccessDenied');
    refused(withParameter(request, 'X-Amz-Signature', 'x'), 'InvalidArgument');
    refused(request, 'AuthorizationHeaderMalformed', /expecting/, Date.now(), { ...credentials, region: 'us-east-1' });
    refused(withHeader(request, 'authorization', 'AWS AKEXAMPLE:abc'), 'AuthorizationHeaderMalformed');
    refused(withHeader(request, 'x-amz-security-token', 'x'), 'InvalidToken');
  });

  test('an x-amz- header that was not signed', async () => {
    refused(withHeader(await put(), 'x-amz-tagging', 'a=b'), 'AccessDenied', /not signed/);
  });

  test('a clock 15 minutes off either way is the limit', async () => {
    const request = await put();
    for (const sign of [-1, 1]) {
      authenticate(request, credentials, Date.now() + sign * 14 * minute);
      refused(request, 'RequestTimeTooSkewed', undefined, Date.now() + sign * 16 * minute);
    }
  });
});

describe('presigned', () => {
  test('holds until it expires', async () => {
    const request = fromUrl('GET', await presign());
    authenticate(request, credentials, Date.now() + 4 * minute);
    refused(request, 'AccessDenied', /expired/, Date.now() + 6 * minute);
    refused(request, 'AccessDenied', /not yet valid/, Date.now() - 16 * minute);
  });

  test('does not hold for another key, method, disposition or lifetime', async () => {
    const request = fromUrl('GET', await presign());
    const code = 'SignatureDoesNotMatch';
    refused({ ...request, path: '/b/other.wav' }, code);
    refused({ ...request, method: 'PUT' }, code);
    refused(withParameter(request, 'response-content-disposition', 'inline'), code);
    refused(withParameter(request, 'X-Amz-Expires', '3600'), code);
    refused(withParameter(request, 'tagging', ''), code);
  });

  describe('changed', () => {
    const signedAt = new Date('2026-01-20T12:00:00Z');
    const now = signedAt.getTime() + minute;
    const signed = async (): Promise<SignedRequest> => fromUrl('GET', await presign('call.wav', signedAt));
    const credential = (...parts: string[]): string => [...parts, 'aws4_request'].join('/');
    const { accessKeyId, region } = credentials;

    test('is what the next ones are, unchanged', async () => {
      const request = await signed();
      authenticate(request, credentials, now);
      const inQuery = new Map(request.query);
      assert.equal(inQuery.get('X-Amz-Credential'), credential(accessKeyId, '20260120', region, 's3'));
      assert.equal(inQuery.get('X-Amz-Date'), '20260120T120000Z');
    });

    test('in its host', async () => {
      refused(withHeader(await signed(), 'host', 'elsewhere:9000'), 'SignatureDoesNotMatch', undefined, now);
      const hostless = withParameter(await signed(), 'X-Amz-SignedHeaders', 'range');
      refused(hostless, 'AccessDenied', /not signed/, now);
    });

    test('in its date, to live longer', async () => {
      const later = withParameter(await signed(), 'X-Amz-Date', '20260120T121000Z');
      refused(later, 'SignatureDoesNotMatch', undefined, now);
      const tomorrow = withParameter(await signed(), 'X-Amz-Date', '20260121T120000Z');
      const nextDay = now + 24 * 60 * minute;
      refused(tomorrow, 'AuthorizationQueryParametersError', /expecting/, nextDay);
      const scoped = withParameter(tomorrow, 'X-Amz-Credential', credential(accessKeyId, '20260121', region, 's3'));
      refused(scoped, 'SignatureDoesNotMatch', undefined, nextDay);
      refused(withParameter(await signed(), 'X-Amz-Date', '2026-01-20T12:00:00Z'), 'AccessDenied', undefined, now);
    });

    for (const [what, changed] of [
      ['day', [accessKeyId, '20260119', region, 's3']],
      ['region', [accessKeyId, '20260120', 'us-east-1', 's3']],
      ['service', [accessKeyId, '20260120', region, 'sts']],
      ['form', [accessKeyId, '20260120', region]],
    ] as const) {
      test(`in the ${what} of its credential`, async () => {
        const request = withParameter(await signed(), 'X-Amz-Credential', credential(...changed));
        refused(request, 'AuthorizationQueryParametersError', undefined, now);
      });
    }

    test('in the key of its credential', async () => {
      const request = withParameter(
        await signed(),
        'X-Amz-Credential',
        credential('AKOTHER', '20260120', region, 's3'),
      );
      refused(request, 'InvalidAccessKeyId', undefined, now);
    });

    test('in its region, for an endpoint of that region with the same secret', async () => {
      const there = { ...credentials, region: 'us-east-1' };
      const request = withParameter(
        await signed(),
        'X-Amz-Credential',
        credential(accessKeyId, '20260120', 'us-east-1', 's3'),
      );
      refused(request, 'SignatureDoesNotMatch', undefined, now, there);
    });
  });

  test('lives 1 second to 7 days', async () => {
    const request = fromUrl('GET', await presign('call.wav', new Date(), 604_800));
    authenticate(request, credentials, Date.now());
    for (const expires of ['0', '-1', '604801', '', '1e3', 'x']) {
      refused(withParameter(request, 'X-Amz-Expires', expires), 'AuthorizationQueryParametersError');
    }
  });

  test('misses nothing', async () => {
    const request = fromUrl('GET', await presign());
    for (const name of ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature']) {
      const query = request.query.filter(([other]) => other !== `X-Amz-${name}`);
      assert.throws(() => authenticate({ ...request, query }, credentials, Date.now()), { name: 'S3Error' });
    }
  });

  test('takes no further x-amz- header', async () => {
    refused(fromUrl('GET', await presign(), { 'x-amz-meta-a': 'b' }), 'AccessDenied', /not signed/);
  });
});
