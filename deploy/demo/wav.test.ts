import assert from 'node:assert/strict';
import { test } from 'node:test';
import { speechLikeWav } from './wav.ts';

test('three seconds are a WAV file of 8 kHz, mono, 16 bits, under 50 kB, with sound in it', () => {
  const file = speechLikeWav('a', 3000);
  assert.equal(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16), 'RIFFWAVEfmt ');
  assert.equal(file.readUInt32LE(4), file.length - 8);
  assert.equal(file.readUInt32LE(24), 8000);
  assert.equal(file.readUInt32LE(40), 3 * 8000 * 2);
  assert.ok(file.length < 50_000);
  const samples = new Int16Array(file.buffer.slice(file.byteOffset + 44, file.byteOffset + file.length));
  assert.ok(Math.max(...samples) > 8000 && Math.min(...samples) < -8000);
});

test('the seed decides the sound', () => {
  assert.deepEqual(speechLikeWav('a', 500), speechLikeWav('a', 500));
  assert.notDeepEqual(speechLikeWav('a', 500), speechLikeWav('b', 500));
});
