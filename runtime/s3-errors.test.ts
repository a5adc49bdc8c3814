import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChecksumMismatch, isRetryableS3Error } from './s3-errors.ts';

const answered = (httpStatusCode: number): Error => Object.assign(new Error('x'), { $metadata: { httpStatusCode } });

test('no answer, an overloaded store and a conflicting write may be tried again', () => {
  for (const status of [408, 409, 429, 500, 503])
    assert.equal(isRetryableS3Error(answered(status)), true, String(status));
  assert.equal(isRetryableS3Error(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), true);
  assert.equal(isRetryableS3Error(Object.assign(new Error('x'), { name: 'TimeoutError' })), true);
});

test('what would fail again is not', () => {
  for (const status of [400, 403, 404, 412, 416])
    assert.equal(isRetryableS3Error(answered(status)), false, String(status));
  assert.equal(isRetryableS3Error(new ChecksumMismatch('k')), false);
  assert.equal(isRetryableS3Error(new TypeError('x')), false);
  assert.equal(isRetryableS3Error(undefined), false);
});
