import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as sigv4 from './sigv4.ts';

// The worked examples of "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference.
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const amzDate = '20130524T000000Z';
const scope = { day: '20130524', region: 'us-east-1', service: 's3' };
const host = 'examplebucket.s3.amazonaws.com';
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function signatureOf(parts: sigv4.CanonicalParts): string {
  return sigv4.sign(sigv4.signingKey(secret, scope), sigv4.stringToSign(amzDate, scope, sigv4.canonicalRequest(parts)));
}

describe('published examples', () => {
  const common = [
    ['host', host],
    ['x-amz-date', amzDate],
  ] as const;

  test('GET object with a range', () => {
    const signature = signatureOf({
      method: 'GET',
      path: '/test.txt',
      query: [],
      headers: [...common, ['range', 'bytes=0-9'], ['x-amz-content-sha256', emptyHash]],
      payloadHash: emptyHash,
    });
    assert.equal(signature, 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41');
  });

  test('PUT object whose name needs encoding', () => {
    const payloadHash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
    const signature = signatureOf({
      method: 'PUT',
      path: '/test$file.text',
      query: [],
      headers: [
        ...common,
        ['date', 'Fri, 24 May 2013 00:00:00 GMT'],
        ['x-amz-content-sha256', payloadHash],
        ['x-amz-storage-class', 'REDUCED_REDUNDANCY'],
      ],
      payloadHash,
    });
    assert.equal(signature, '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd');
  });

  test('GET of a sub-resource without a value', () => {
    const signature = signatureOf({
      method: 'GET',
      path: '/',
      query: [['lifecycle', '']],
      headers: [...common, ['x-amz-content-sha256', emptyHash]],
      payloadHash: emptyHash,
    });
    assert.equal(signature, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543');
  });

  test('GET with query parameters, whatever their order', () => {
    const signature = signatureOf({
      method: 'GET',
      path: '/',
      query: [
        ['prefix', 'J'],
        ['max-keys', '2'],
      ],
      headers: [...common, ['x-amz-content-sha256', emptyHash]],
      payloadHash: emptyHash,
    });
    assert.equal(signature, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7');
  });

  test('presigned GET', () => {
    const signature = signatureOf({
      method: 'GET',
      path: '/test.txt',
      query: [
        ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
        ['X-Amz-Credential', 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request'],
        ['X-Amz-Date', amzDate],
        ['X-Amz-Expires', '86400'],
        ['X-Amz-SignedHeaders', 'host'],
      ],
      headers: [['host', host]],
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    assert.equal(signature, 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404');
  });
});

describe('canonical request', () => {
  test('encodes each octet of the path once, leaves dot segments and repeated slashes alone', () => {
    const canonical = sigv4.canonicalRequest({
      method: 'GET',
      path: "/bucket/../a//b c+d%#é!'()*~",
      query: [],
      headers: [['host', 'h']],
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    assert.equal(canonical.split('\n')[1], '/bucket/../a//b%20c%2Bd%25%23%C3%A9%21%27%28%29%2A~');
  });

  test('sorts parameters by encoded name, then value', () => {
    const canonical = sigv4.canonicalRequest({
      method: 'GET',
      path: '/',
      query: [
        ['b', '2'],
        ['b', '1'],
        ['A', 'ü'],
        ['a-b', ''],
        ['a', '&='],
      ],
      headers: [['host', 'h']],
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    assert.equal(canonical.split('\n')[2], 'A=%C3%BC&a=%26%3D&a-b=&b=1&b=2');
  });

  test('trims header values and collapses their inner spaces', () => {
    const canonical = sigv4.canonicalRequest({
      method: 'GET',
      path: '/',
      query: [],
      headers: [
        ['x-amz-meta-note', '  two   words '],
        ['host', 'h'],
      ],
      payloadHash: 'UNSIGNED-PAYLOAD',
    });
    assert.deepEqual(canonical.split('\n').slice(3, 6), ['host:h', 'x-amz-meta-note:two words', '']);
  });
});
