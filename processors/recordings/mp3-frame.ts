import { type AudioFacts, nothingKnown } from './wav-header.ts';

// MPEG audio layer III: https://www.iso.org/standard/22412.html (11172-3), 13818-3 for the lower sampling rates.

const kbpsOfMpeg1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const kbpsOfMpeg2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const hertzOfMpeg1 = [44_100, 48_000, 32_000];

type Frame = {
  readonly channels: number;
  readonly kbps: number;
  readonly hertz: number;
  readonly samples: number;
  /** Bytes from the frame's start to where an encoder writes how many frames there are. */
  readonly tagAt: number;
};

/**
 * Length and channels of an mp3, from its first bytes and its size: by the number of frames where the encoder wrote it,
 * else by the first frame's bit rate, which holds for all in a file of constant rate. Any bytes are answered.
 */
export const mp3Facts = (head: Uint8Array, fileBytes: number): AudioFacts => {
  const start = afterId3(head);
  const frame = frameAt(head, start);
  if (frame === null) return nothingKnown;
  const { channels, kbps, hertz, samples } = frame;
  const frames = frameCount(head, start + frame.tagAt);
  if (frames !== null) return { durationMs: Math.floor((frames * samples * 1000) / hertz), channels };
  return { durationMs: kbps === 0 ? null : Math.floor(((fileBytes - start) * 8) / kbps), channels };
};

/** Where the audio begins: behind an ID3v2 tag, whose size has seven bits a byte. */
const afterId3 = (head: Uint8Array): number => {
  const [i, d, three, , , , a = 0, b = 0, c = 0, e = 0] = head;
  if (i !== 0x49 || d !== 0x44 || three !== 0x33) return 0;
  return 10 + ((a & 0x7f) << 21) + ((b & 0x7f) << 14) + ((c & 0x7f) << 7) + (e & 0x7f);
};

const frameAt = (head: Uint8Array, at: number): Frame | null => {
  const [first = 0, second = 0, third = 0, fourth = 0] = head.subarray(at, at + 4);
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3];
  const [rate, sampling] = [third >> 4, (third >> 2) & 3];
  const isFrame = first === 0xff && second >> 5 === 7 && version !== 1 && layer === 1 && rate !== 15 && sampling !== 3;
  if (!isFrame) return null;
  const isMpeg1 = version === 3;
  const isMono = fourth >> 6 === 3;
  const hertz = (hertzOfMpeg1[sampling] ?? 0) / (isMpeg1 ? 1 : version === 2 ? 2 : 4);
  const sideBytes = isMpeg1 ? (isMono ? 17 : 32) : isMono ? 9 : 17;
  return {
    channels: isMono ? 1 : 2,
    kbps: (isMpeg1 ? kbpsOfMpeg1 : kbpsOfMpeg2)[rate] ?? 0,
    hertz,
    samples: isMpeg1 ? 1152 : 576,
    tagAt: 4 + sideBytes,
  };
};

const frameCount = (head: Uint8Array, at: number): number | null => {
  if (at + 12 > head.length) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const tag = String.fromCharCode(...head.subarray(at, at + 4));
  const hasFrames = (tag === 'Xing' || tag === 'Info') && (view.getUint32(at + 4) & 1) === 1;
  return hasFrames ? view.getUint32(at + 8) : null;
};
