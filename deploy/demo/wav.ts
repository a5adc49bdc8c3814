import { createRandom } from './random.ts';

const rate = 8000;
const headerBytes = 44;

/** A few seconds of sound in the rhythm of speech: 8 kHz, mono, 16 bits, as a WAV file. The seed decides all of it. */
export const speechLikeWav = (seed: string, durationMs: number): Buffer => {
  const samples = Math.floor((rate * durationMs) / 1000);
  const file = Buffer.alloc(headerBytes + samples * 2);
  writeHeader(file, samples);
  const voice = speechLike(seed);
  for (let at = 0; at < samples; at++) file.writeInt16LE(Math.round(voice(at / rate) * 0x5fff), headerBytes + at * 2);
  return file;
};

/** Syllables of a voice: a pitch that wanders, overtones, swelling and falling with small breaks. From −1 to 1. */
const speechLike = (seed: string): ((seconds: number) => number) => {
  const random = createRandom(`${seed}/voice`);
  const pitch = random.integer(95, 220);
  const syllablesPerSecond = 3 + 2 * random.next();
  const sway = random.next() * 6;
  return (seconds) => {
    const syllable = Math.sin(Math.PI * ((seconds * syllablesPerSecond) % 1)) ** 2;
    const phase = 2 * Math.PI * (pitch * seconds + 4 * Math.sin(2 * Math.PI * 0.7 * seconds + sway));
    const tone = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(5 * phase);
    return (syllable * tone) / 1.75;
  };
};

const writeHeader = (file: Buffer, samples: number): void => {
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  // PCM, one channel, bytes a second, bytes a sample, bits a sample.
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples * 2, 40);
};
