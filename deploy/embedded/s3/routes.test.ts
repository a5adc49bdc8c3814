import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findOperation, type RouteInput } from './routes.ts';

function find(method: string, path: string, headers: readonly string[] = []): string {
  const [target = '', query] = path.split('?');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/.exec(target) ?? [];
  const parameters = query === undefined ? [] : query.split('&');
  const input: RouteInput = { method, bucket, key, parameters, hasHeader: (name) => headers.includes(name) };
  return findOperation(input).name;
}

describe('operations', () => {
  for (const [method, path, expected] of [
    ['GET', '/', 'listBuckets'],
    ['PUT', '/b', 'createBucket'],
    ['GET', '/b?list-type&prefix', 'listObjects'],
    ['POST', '/b?delete', 'deleteObjects'],
    ['PUT', '/b/k', 'putObject'],
    ['PUT', '/b/k?x-id', 'putObject'],
    ['PUT', '/b/k?tagging', 'putTagging'],
    ['PUT', '/b/k?partNumber&uploadId', 'uploadPart'],
    ['POST', '/b/k?uploads', 'createUpload'],
    ['GET', '/b/k?response-content-disposition', 'getObject'],
    ['HEAD', '/b/k', 'headObject'],
  ] as const) {
    test(`${method} ${path}`, () => assert.equal(find(method, path), expected));
  }

  test('a copy is told by its header', () => {
    assert.equal(find('PUT', '/b/k', ['x-amz-copy-source']), 'copyObject');
  });

  test('a header cannot stand in for a parameter', () => {
    assert.equal(find('PUT', '/b/k', ['tagging', 'uploadId']), 'putObject');
  });

  test('what is not supported is said so', () => {
    for (const [method, path] of [
      ['GET', '/b/k?versionId'],
      ['GET', '/b?versioning'],
      ['PUT', '/b?acl'],
      ['GET', '/b/k?partNumber'],
      ['PUT', '/b/k?retention'],
    ] as const) {
      assert.throws(() => find(method, path), { code: 'NotImplemented' });
    }
    assert.throws(() => find('PATCH', '/b/k'), { code: 'MethodNotAllowed' });
    assert.throws(() => find('POST', '/b/k'), { code: 'MethodNotAllowed' });
  });
});
