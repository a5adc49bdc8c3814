import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { createAudio } from './audio.ts';

const objects = {
  get: async () => ({ body: Readable.from([]), bytes: 0, contentType: '', contentRange: null }),
  presignGet: async (key: string) => `http://s3/${key}`,
};
const options = { expiresInSeconds: 60 };

test('an object of another tenant is neither linked nor read, whatever a row says', async () => {
  const audio = createAudio(objects);
  const own = 'tenants/acme/recordings/rec_1.audio';
  assert.equal(await audio.presign('acme', own, options), `http://s3/${own}`);
  assert.notEqual(await audio.read('acme', own), null);
  for (const key of ['tenants/globex/recordings/rec_1.audio', 'tenants/acme2/rec_1.audio', 'rec_1.audio', '']) {
    assert.equal(await audio.presign('acme', key, options), null, key);
    assert.equal(await audio.read('acme', key), null, key);
  }
});

test('a store that is away is a 503, a bug is not', async () => {
  const failing = (error: Error) =>
    createAudio({
      ...objects,
      get: async () => {
        throw error;
      },
    });
  const away = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  await assert.rejects(failing(away).read('acme', 'tenants/acme/x'), { name: 'ApiError', statusCode: 503 });
  await assert.rejects(failing(new TypeError('bug')).read('acme', 'tenants/acme/x'), { name: 'TypeError' });
});
