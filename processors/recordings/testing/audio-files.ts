type Wav = {
  readonly channels?: number;
  readonly hertz?: number;
  readonly ms?: number;
  /** What the data chunk says of its length, where not the truth. */
  readonly told?: number;
  /** Chunks before the audio. */
  readonly before?: readonly { readonly name: string; readonly bytes: number }[];
  readonly riff?: string;
};

const chunk = (name: string, content: Buffer, told = content.length): Buffer => {
  const header = Buffer.alloc(8);
  header.write(name, 'latin1');
  header.writeUInt32LE(told, 4);
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
};

/** A WAV file of 16-bit silence. */
export const wavFile = ({
  channels = 1,
  hertz = 8000,
  ms = 1000,
  told,
  before = [],
  riff = 'RIFF',
}: Wav = {}): Buffer => {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(hertz, 4);
  format.writeUInt32LE(hertz * channels * 2, 8);
  format.writeUInt16LE(channels * 2, 12);
  format.writeUInt16LE(16, 14);
  const audio = Buffer.alloc(Math.floor((hertz * ms) / 1000) * channels * 2);
  const body = Buffer.concat([
    Buffer.from('WAVE', 'latin1'),
    chunk('fmt ', format),
    ...before.map(({ name, bytes }) => chunk(name, Buffer.alloc(bytes))),
    chunk('data', audio, told),
  ]);
  const header = Buffer.alloc(8);
  header.write(riff, 'latin1');
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
};

/** An mp3 of one frame header (MPEG-1, 128 kbit/s, 44.1 kHz, stereo) and silence, behind an ID3 tag where asked. */
export const mp3File = ({
  bytes = 16_000,
  id3 = 0,
  frames,
}: {
  bytes?: number;
  id3?: number;
  frames?: number;
} = {}): Buffer => {
  const audio = Buffer.alloc(bytes);
  audio.set([0xff, 0xfb, 0x90, 0x00]);
  if (frames !== undefined) {
    audio.write('Xing', 36, 'latin1');
    audio.writeUInt32BE(1, 40);
    audio.writeUInt32BE(frames, 44);
  }
  if (id3 === 0) return audio;
  const tag = Buffer.alloc(10 + id3);
  tag.write('ID3', 'latin1');
  tag[8] = id3 >> 7;
  tag[9] = id3 & 0x7f;
  return Buffer.concat([tag, audio]);
};
