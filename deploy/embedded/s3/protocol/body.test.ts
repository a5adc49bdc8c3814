import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Authentication } from './authenticate.ts';
import { verifyBody, type BodyDigest, type BodyExpectation } from './body.ts';
import type { Payload } from './payload.ts';

const content = 'The quick brown fox jumps over the lazy dog';
const md5 = createHash('md5').update(content).digest();
const crc32 = 'QU+jOQ==';

function authenticated(payload: Payload): Authentication {
  const scope = { day: '20130524', region: 'us-east-1', service: 's3' };
  return { payload, chunkSigning: { key: Buffer.alloc(32), amzDate: '20130524T000000Z', scope, seedSignature: '' } };
}

const unsigned = authenticated({ kind: 'unsigned' });
const chunked = authenticated({ kind: 'unsigned-chunks' });

function hashed(text: string): Authentication {
  return authenticated({ kind: 'hashed', sha256: createHash('sha256').update(text).digest('hex') });
}

async function receive(
  sent: string,
  expectation: Partial<BodyExpectation>,
): Promise<{ text: string; digest: BodyDigest }> {
  async function* wire(): AsyncGenerator<Buffer> {
    for (const character of sent) yield Buffer.from(character);
  }
  const body = verifyBody(wire(), {
    authentication: unsigned,
    length: content.length,
    contentMd5: undefined,
    checksum: undefined,
    alsoCompute: undefined,
    ...expectation,
  });
  let text = '';
  for await (const piece of body.chunks) text += piece.toString();
  return { text, digest: body.digest() };
}

describe('a body that is what it should be', () => {
  test('is handed on, with its digests', async () => {
    const { text, digest } = await receive(content, {
      authentication: hashed(content),
      contentMd5: md5.toString('base64'),
      checksum: { algorithm: 'CRC32', value: crc32 },
    });
    assert.equal(text, content);
    assert.deepEqual(digest, { size: content.length, md5, checksum: { algorithm: 'CRC32', value: crc32 } });
  });

  test('may carry its checksum behind', async () => {
    const wire = `${content.length.toString(16)}\r\n${content}\r\n0\r\nx-amz-checksum-crc32:${crc32}\r\n\r\n`;
    const { text } = await receive(wire, { authentication: chunked, checksum: { algorithm: 'CRC32', value: null } });
    assert.equal(text, content);
  });

  test('gets a checksum that only the receiver wants', async () => {
    const { digest } = await receive(content, { alsoCompute: 'CRC32' });
    assert.equal(digest.checksum?.value, crc32);
  });
});

describe('refused:', () => {
  const chunk = `${content.length.toString(16)}\r\n${content}\r\n0\r\n`;
  for (const [what, sent, expectation, code] of [
    ['too short', content.slice(1), {}, 'IncompleteBody'],
    ['too long', `${content}!`, {}, 'IncompleteBody'],
    ['another content than signed', content, { authentication: hashed('other') }, 'XAmzContentSHA256Mismatch'],
    ['another MD5', content, { contentMd5: Buffer.alloc(16).toString('base64') }, 'BadDigest'],
    ['an MD5 that is none', content, { contentMd5: 'AAAA' }, 'InvalidDigest'],
    ['another checksum', content, { checksum: { algorithm: 'CRC32C', value: crc32 } }, 'BadDigest'],
    [
      'another checksum in the trailer',
      `${chunk}x-amz-checksum-crc32:AAAAAA==\r\n\r\n`,
      { authentication: chunked, checksum: { algorithm: 'CRC32', value: null } },
      'BadDigest',
    ],
    [
      'the announced trailer missing',
      `${chunk}\r\n`,
      { authentication: chunked, checksum: { algorithm: 'CRC32', value: null } },
      'InvalidRequest',
    ],
  ] as const) {
    test(what, () => assert.rejects(receive(sent, expectation), { code }));
  }
});
