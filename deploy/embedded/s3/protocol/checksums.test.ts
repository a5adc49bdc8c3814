import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  checksumHeader,
  combineChecksums,
  createChecksum,
  declaredChecksum,
  type ChecksumAlgorithm,
} from './checksums.ts';

function headersOf(headers: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => headers[name];
}

function checksumOf(algorithm: ChecksumAlgorithm, ...pieces: readonly string[]): string {
  const checksum = createChecksum(algorithm);
  for (const piece of pieces) checksum.update(Buffer.from(piece));
  return checksum.digest().toString('base64');
}

describe('declared checksum', () => {
  test('in a header, in the trailer, or none', () => {
    assert.deepEqual(declaredChecksum(headersOf({ 'x-amz-checksum-crc32': 'AAAAAA==' })), {
      algorithm: 'CRC32',
      value: 'AAAAAA==',
    });
    assert.deepEqual(declaredChecksum(headersOf({ 'x-amz-trailer': 'x-amz-checksum-sha256' })), {
      algorithm: 'SHA256',
      value: null,
    });
    assert.equal(declaredChecksum(headersOf({})), undefined);
  });

  for (const [what, headers] of [
    ['two', { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' }],
    ['one of the wrong length', { 'x-amz-checksum-sha256': 'AAAAAA==' }],
    ['an unknown trailer', { 'x-amz-trailer': 'x-amz-checksum-md4' }],
    ['a trailer besides a header', { 'x-amz-trailer': 'x-amz-meta-a', 'x-amz-checksum-crc32': 'AAAAAA==' }],
  ] as const) {
    test(`refuses ${what}`, () =>
      assert.throws(() => declaredChecksum(headersOf(headers)), { code: 'InvalidRequest' }));
  }
});

describe('checksum of a multipart object', () => {
  const pieces = ['first part', 'second'];

  test('full object: that of the whole content', () => {
    for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
      const parts = pieces.map((piece) => ({ value: checksumOf(algorithm, piece), size: piece.length }));
      const combined = combineChecksums(algorithm, 'FULL_OBJECT', parts);
      assert.deepEqual(combined, { algorithm, type: 'FULL_OBJECT', value: checksumOf(algorithm, ...pieces) });
    }
  });

  test('composite: that of the checksums, with their number', () => {
    const digests = pieces.map((piece) => createHash('sha256').update(piece).digest());
    const expected = createHash('sha256').update(Buffer.concat(digests)).digest('base64');
    const parts = digests.map((digest, index) => ({ value: digest.toString('base64'), size: pieces[index]!.length }));
    assert.equal(combineChecksums('SHA256', 'COMPOSITE', parts).value, `${expected}-2`);
  });
});

test('header names are those of S3', () => {
  assert.equal(checksumHeader('CRC64NVME'), 'x-amz-checksum-crc64nvme');
});
