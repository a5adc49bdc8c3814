import assert from 'node:assert/strict';
import { test } from 'node:test';
import { S3Error, toS3Error } from './errors.ts';

test('what went wrong decides the status', () => {
  const failed = (code: string): Error => Object.assign(new Error(code), { code });
  assert.equal(toS3Error(new S3Error('NoSuchKey', '')).status, 404);
  assert.equal(toS3Error(failed('ENOSPC')).status, 507);
  assert.equal(toS3Error(failed('EDQUOT')).status, 507);
  assert.equal(toS3Error(Object.assign(failed('ERR_SQLITE_ERROR'), { errcode: 13 })).status, 507);
  assert.equal(toS3Error(failed('EMFILE')).status, 503);
  assert.equal(toS3Error(failed('EIO')).status, 500);
  assert.equal(toS3Error(undefined).status, 500);
});

test('an unforeseen error is not told to the client', () => {
  assert.doesNotMatch(toS3Error(new Error('/secret/path')).message, /secret/);
});
