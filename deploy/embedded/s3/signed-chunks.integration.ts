import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CreateBucketCommand, GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createChecksum } from './protocol/checksums.ts';
import * as sigv4 from './protocol/sigv4.ts';
import { clientFor, endWith, startEmbeddedS3, temporaryFolder, type EmbeddedS3 } from './testing/endpoint.ts';

// Bodies whose chunks are signed one by one: the SDK for JavaScript does not send them over plain HTTP, others do.

const Bucket = 'chunks';
const content = Buffer.from('a recording '.repeat(10_000));
let folder: { path: string; remove: () => Promise<void> };
let embedded: EmbeddedS3;
let s3: S3Client;

before(async () => {
  folder = await temporaryFolder();
  embedded = await startEmbeddedS3(folder.path);
  s3 = clientFor(embedded);
  await s3.send(new CreateBucketCommand({ Bucket }));
});

after(async () => {
  s3.destroy();
  await endWith(embedded.child, 'SIGTERM');
  await folder.remove();
});

/** Puts the content in signed chunks with its CRC-32 behind; `spoil` may change the wire. */
async function put(key: string, spoil: (wire: string) => string = (wire) => wire): Promise<Response> {
  const url = new URL(`${embedded.url}/${Bucket}/${key}`);
  const amzDate = `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  const scope = { day: amzDate.slice(0, 8), region: embedded.region, service: 's3' };
  const signingKey = sigv4.signingKey(embedded.secretAccessKey, scope);
  const headers = {
    host: url.host,
    'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'x-amz-date': amzDate,
    'x-amz-decoded-content-length': String(content.length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
  };
  const canonical = sigv4.canonicalRequest({
    method: 'PUT',
    path: url.pathname,
    query: [],
    headers: Object.entries(headers),
    payloadHash: headers['x-amz-content-sha256'],
  });
  const seed = sigv4.sign(signingKey, sigv4.stringToSign(amzDate, scope, canonical));
  const credential = `${embedded.accessKeyId}/${sigv4.scopeText(scope)}`;
  const authorization = `${sigv4.algorithm} Credential=${credential}, SignedHeaders=${Object.keys(headers).join(';')}, Signature=${seed}`;
  const signChunk = (previous: string, data: Buffer): string => {
    const hash = createHash('sha256').update(data).digest('hex');
    return sigv4.sign(signingKey, sigv4.chunkStringToSign(amzDate, scope, previous, hash));
  };
  const signTrailer = (previous: string, text: string): string =>
    sigv4.sign(signingKey, sigv4.trailerStringToSign(amzDate, scope, previous, text));
  const body = spoil(encode(seed, signChunk, signTrailer));
  return fetch(url, { method: 'PUT', headers: { ...headers, authorization, 'content-encoding': 'aws-chunked' }, body });
}

function encode(
  seed: string,
  signChunk: (previous: string, data: Buffer) => string,
  signTrailer: (previous: string, text: string) => string,
): string {
  let [wire, signature] = ['', seed];
  for (let start = 0, data = content; data.length > 0 || start === 0; ) {
    data = content.subarray(start, start + 65_536);
    start += 65_536;
    signature = signChunk(signature, data);
    wire += `${data.length.toString(16)};chunk-signature=${signature}\r\n${data.toString('latin1')}`;
    if (data.length > 0) wire += '\r\n';
  }
  const checksum = createChecksum('CRC32');
  checksum.update(content);
  const trailer = `x-amz-checksum-crc32:${checksum.digest().toString('base64')}`;
  return `${wire}${trailer}\r\nx-amz-trailer-signature:${signTrailer(signature, `${trailer}\n`)}\r\n\r\n`;
}

test('are decoded, and stored without their framing', async () => {
  const response = await put('whole');
  assert.equal(response.status, 200, await response.text());
  const { Body, ContentEncoding } = await s3.send(new GetObjectCommand({ Bucket, Key: 'whole' }));
  assert.deepEqual(Buffer.from(await Body!.transformToByteArray()), content);
  assert.equal(ContentEncoding, undefined);
});

for (const [what, spoil] of [
  ['a changed octet of content', (wire: string) => wire.replace('recording', 'Recording')],
  [
    'a changed signature of a chunk',
    (wire: string) => wire.replace(/chunk-signature=(.)/, (_, first) => `chunk-signature=${first === '0' ? '1' : '0'}`),
  ],
  ['a changed trailer', (wire: string) => wire.replace(/crc32:..../, 'crc32:AAAA')],
] as const) {
  test(`are refused with ${what}`, async () => {
    let before = '';
    const response = await put('spoilt', (wire) => {
      before = wire;
      return spoil(wire);
    });
    assert.notEqual(spoil(before), before);
    assert.equal(response.status, 403);
    assert.match(await response.text(), /<Code>SignatureDoesNotMatch</);
    await assert.rejects(s3.send(new GetObjectCommand({ Bucket, Key: 'spoilt' })), { name: 'NoSuchKey' });
  });
}
