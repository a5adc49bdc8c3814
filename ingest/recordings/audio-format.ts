export type AudioFormat = { format: string; contentType: string };

const wav: AudioFormat = { format: 'wav', contentType: 'audio/wav' };
const mp3: AudioFormat = { format: 'mp3', contentType: 'audio/mpeg' };
const unknown: AudioFormat = { format: '', contentType: 'application/octet-stream' };

const declared: Readonly<Record<string, AudioFormat>> = {
  'audio/wav': wav,
  'audio/x-wav': wav,
  'audio/wave': wav,
  'audio/mpeg': mp3,
  'audio/mp3': mp3,
  'application/octet-stream': unknown,
};

export const audioTypes: readonly string[] = Object.keys(declared);

/** The format of audio by its first bytes, else by what was declared; empty where neither tells. */
export const audioFormat = (contentType: string, start: Buffer): AudioFormat =>
  formatOfBytes(start) ?? declared[contentType] ?? unknown;

const formatOfBytes = (start: Buffer): AudioFormat | null => {
  const riff = start.toString('latin1', 0, 4);
  // RF64 is a WAV of more than 4 GiB.
  if ((riff === 'RIFF' || riff === 'RF64') && start.toString('latin1', 8, 12) === 'WAVE') return wav;
  if (start.toString('latin1', 0, 3) === 'ID3') return mp3;
  // An MPEG audio frame: 11 bits of sync, and a layer (ADTS, which is AAC, has none).
  const [first = 0, second = 0] = start;
  return start.length >= 2 && first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? mp3 : null;
};
