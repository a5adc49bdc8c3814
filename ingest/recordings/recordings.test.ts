import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChecksumMismatch } from '../../runtime/s3.ts';
import { audioFormat } from './audio-format.ts';
import { declaredDigest } from './declared-digest.ts';
import { recordingKey } from './object-key.ts';
import { AudioStoreAway, s3AudioStore } from './s3-audio-store.ts';
import { UploadStalled, watchBody } from './watched-body.ts';

test('a key is one path of plain segments, of its tenant, and no two ids share one', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9._:-]{1,200}$/);
  fc.assert(
    fc.property(id, id, (first, second) => {
      const key = recordingKey('acme', first);
      const segments = key.split('/');
      assert.deepEqual(segments.slice(0, 3), ['tenants', 'acme', 'recordings']);
      assert.equal(segments.length, 5);
      assert.ok(segments.every((segment) => segment !== '' && !/^\.+$/.test(segment)));
      assert.equal(key === recordingKey('acme', second), first === second);
    }),
  );
});

test('the bytes tell the format before the declaration does', () => {
  const wav = Buffer.from('RIFF\0\0\0\0WAVEfmt ');
  const mp3 = Buffer.from([0xff, 0xfb, 0x90, 0x00]);
  const format = (type: string, start: Buffer) => audioFormat(type, start).format;
  assert.equal(format('application/octet-stream', wav), 'wav');
  assert.equal(format('audio/mpeg', wav), 'wav');
  assert.equal(format('application/octet-stream', mp3), 'mp3');
  assert.equal(format('application/octet-stream', Buffer.from('ID3\u0004')), 'mp3');
  assert.equal(format('audio/x-wav', Buffer.from('????')), 'wav');
  assert.equal(format('application/octet-stream', Buffer.from([0xff, 0xf1, 0x50])), '', 'ADTS is AAC');
  assert.equal(format('application/octet-stream', Buffer.alloc(0)), '');
});

test('a digest in any of the three headers, and no two that differ', () => {
  const digest = createHash('sha256').update('audio').digest();
  const [hex, base64] = [digest.toString('hex'), digest.toString('base64')];
  const read = (headers: Record<string, string>) => {
    const declared = declaredDigest(headers);
    return 'problem' in declared ? declared.problem : declared.sha256Hex;
  };
  assert.equal(read({ 'x-content-sha256': hex.toUpperCase() }), hex);
  assert.equal(read({ digest: `md5=abc, SHA-256=${base64}` }), hex);
  assert.equal(read({ 'content-digest': `sha-512=:x:, sha-256=:${base64}:` }), hex);
  assert.equal(read({ 'x-content-sha256': hex, digest: `sha-256=${base64}` }), hex);
  assert.match(read({}), /missing/);
  assert.match(read({ 'x-content-sha256': 'abc' }), /no SHA-256/);
  assert.match(read({ 'content-digest': 'md5=:x:' }), /no SHA-256/);
  assert.match(read({ 'x-content-sha256': 'a'.repeat(64), digest: `sha-256=${base64}` }), /something else/);
});

test('a body comes through whole, its start read ahead', async () => {
  const { start, body } = await watchBody(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 1000);
  assert.equal(start.toString(), 'ab');
  assert.equal(Buffer.concat(await body.toArray()).toString(), 'abcd');
});

test('a sender that falls silent is told apart from one that ends, and stays connected', async () => {
  const source = new Readable({ read: () => undefined });
  source.push('begin');
  const { body } = await watchBody(source, 20);
  await assert.rejects(body.toArray(), UploadStalled);
  assert.equal(source.destroyed, false);
});

test('what is left of a body that nobody wants any more is passed over', async () => {
  for (const readSome of [true, false]) {
    const source = new Readable({ read: () => undefined });
    source.push('begin');
    const { body, release } = await watchBody(source, 1000);
    if (readSome) for await (const _chunk of body) break;
    body.destroy();
    release();
    const ended = once(source, 'end');
    source.push('rest');
    source.push(null);
    await ended;
  }
});

test('a store that is away is told apart from a bug', async () => {
  const storeOf = (error: Error) => {
    const fail = async (): Promise<never> => {
      throw error;
    };
    return s3AudioStore({ put: fail, head: fail }, 'audio');
  };
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  await assert.rejects(storeOf(refused).head('k'), AudioStoreAway);
  const bug = new TypeError('no such property');
  await assert.rejects(storeOf(bug).head('k'), bug);
  const mismatch = new ChecksumMismatch('k');
  await assert.rejects(storeOf(mismatch).head('k'), mismatch);
});
