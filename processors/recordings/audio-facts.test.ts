import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mp3Facts } from './mp3-frame.ts';
import { mp3File, wavFile } from './testing/audio-files.ts';
import { wavFacts } from './wav-header.ts';

const wavs: readonly [string, Buffer, number | null, number | null][] = [
  ['mono, 8 kHz', wavFile({ ms: 1500 }), 1500, 1],
  ['stereo, 16 kHz', wavFile({ channels: 2, hertz: 16_000, ms: 250 }), 250, 2],
  ['no audio', wavFile({ ms: 0 }), 0, 1],
  [
    'chunks before the audio, one of odd length',
    wavFile({
      before: [
        { name: 'LIST', bytes: 77 },
        { name: 'fact', bytes: 4 },
      ],
    }),
    1000,
    1,
  ],
  ['length left at 0 by a recorder that crashed', wavFile({ told: 0 }), 1000, 1],
  ['length unknown to a recorder that streamed', wavFile({ told: 0xffff_ffff }), 1000, 1],
  ['RF64', wavFile({ riff: 'RF64', told: 0xffff_ffff }), 1000, 1],
  ['no rate', wavFile({ hertz: 0 }), null, 1],
  ['not WAV', Buffer.from('RIFF....AVI '), null, null],
  ['empty', Buffer.alloc(0), null, null],
];

for (const [name, file, durationMs, channels] of wavs) {
  test(`WAV: ${name}`, () => {
    assert.deepEqual(wavFacts(file.subarray(0, 4096), file.length), { durationMs, channels });
  });
}

test('WAV: audio that begins behind the bytes that were read', () => {
  const file = wavFile({ before: [{ name: 'LIST', bytes: 5000 }] });
  assert.deepEqual(wavFacts(file.subarray(0, 4096), file.length), { durationMs: null, channels: 1 });
});

const mp3s: readonly [string, Buffer, number | null, number | null][] = [
  ['constant rate: 128 kbit/s are 16 bytes a ms', mp3File({ bytes: 16_000 }), 1000, 2],
  ['behind an ID3 tag', mp3File({ bytes: 16_000, id3: 300 }), 1000, 2],
  ['number of frames known', mp3File({ frames: 100 }), Math.floor((100 * 1152 * 1000) / 44_100), 2],
  ['a tag longer than what was read', mp3File({ id3: 5000 }), null, null],
  ['not mp3', Buffer.from('hello, world'), null, null],
  ['empty', Buffer.alloc(0), null, null],
];

for (const [name, file, durationMs, channels] of mp3s) {
  test(`mp3: ${name}`, () => {
    assert.deepEqual(mp3Facts(file.subarray(0, 4096), file.length), { durationMs, channels });
  });
}

const noise = fc.uint8Array({ maxLength: 300 });
const likeAudio = fc.oneof(
  noise,
  noise.map((bytes) => Buffer.concat([wavFile({ ms: 0 }).subarray(0, 20), bytes])),
  noise.map((bytes) => Buffer.concat([Buffer.from('RIFF....WAVE'), bytes])),
  noise.map((bytes) => Buffer.concat([Buffer.from([0xff, 0xfb]), bytes])),
  noise.map((bytes) => Buffer.concat([Buffer.from('ID3'), bytes])),
);

test('any bytes give facts that a row can hold', () => {
  fc.assert(
    fc.property(likeAudio, fc.nat(2 ** 40), (head, fileBytes) => {
      for (const { durationMs, channels } of [wavFacts(head, fileBytes), mp3Facts(head, fileBytes)]) {
        assert.ok(
          durationMs === null || (Number.isSafeInteger(durationMs) && durationMs >= 0),
          `duration ${durationMs}`,
        );
        assert.ok(channels === null || (channels >= 1 && channels <= 255), `channels ${channels}`);
      }
    }),
    { numRuns: 2000 },
  );
});
