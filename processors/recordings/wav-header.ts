/** What the start of an audio file says of it; null where it does not say. */
export type AudioFacts = { readonly durationMs: number | null; readonly channels: number | null };

export const nothingKnown: AudioFacts = { durationMs: null, channels: null };

type Format = { readonly channels: number; readonly bytesPerSecond: number };

const chunkHeaderBytes = 8;
const riffHeaderBytes = 12;

/**
 * Length and channels of a RIFF WAVE file, from its first bytes and its size. A recorder that crashed or streamed leaves
 * 0 or 2³² − 1 as the length of the audio: then it is what follows. Any bytes are answered, never with an error.
 */
export const wavFacts = (head: Uint8Array, fileBytes: number): AudioFacts => {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const name = (at: number): string => String.fromCharCode(...head.subarray(at, at + 4));
  if (head.length < riffHeaderBytes || !/^(RIFF|RF64)$/.test(name(0)) || name(8) !== 'WAVE') return nothingKnown;

  let format: Format | null = null;
  let at = riffHeaderBytes;
  while (at + chunkHeaderBytes <= head.length) {
    const size = view.getUint32(at + 4, true);
    const content = at + chunkHeaderBytes;
    if (name(at) === 'fmt ' && size >= 16 && content + 16 <= head.length) {
      format = { channels: view.getUint16(content + 2, true), bytesPerSecond: view.getUint32(content + 8, true) };
    }
    if (name(at) === 'data') return factsOf(format, size, Math.max(0, fileBytes - content));
    // Chunks are padded to an even length.
    at = content + size + (size % 2);
  }
  return factsOf(format, 0, null);
};

const factsOf = (format: Format | null, told: number, behind: number | null): AudioFacts => {
  if (format === null) return nothingKnown;
  const { bytesPerSecond } = format;
  const channels = format.channels > 0 && format.channels < 256 ? format.channels : null;
  if (behind === null || bytesPerSecond === 0) return { durationMs: null, channels };
  const audioBytes = told === 0 || told > behind ? behind : told;
  return { durationMs: Math.floor((audioBytes * 1000) / bytesPerSecond), channels };
};
