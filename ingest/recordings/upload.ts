import type { Readable } from 'node:stream';
import { type AudioFormat, audioFormat } from './audio-format.ts';
import { watchBody } from './watched-body.ts';

/** Where audio is kept; what is there is never replaced. */
export type AudioStore = {
  bucket: string;
  /** Throws `ChecksumMismatch` where the bytes are not those declared; then nothing is stored. */
  put: (object: {
    key: string;
    body: Readable;
    contentLength: number;
    sha256Hex: string;
    contentType: string;
    ifNoneMatch: true;
  }) => Promise<'stored' | 'exists'>;
  head: (key: string) => Promise<{ bytes: number; sha256Hex: string | null } | null>;
};

export type Upload = {
  key: string;
  source: Readable;
  contentType: string;
  bytes: number;
  sha256Hex: string;
  idleTimeoutMs: number;
};

/** `conflict`: other bytes are stored under this key. */
export type Outcome = { outcome: 'stored' | 'equal' | 'conflict'; format: AudioFormat };

/** Streams audio into the store, never more than a chunk of it in memory. */
export const upload = async (store: AudioStore, given: Upload): Promise<Outcome> => {
  const { key, bytes, sha256Hex } = given;
  const { start, body, release } = await watchBody(given.source, given.idleTimeoutMs);
  const format = audioFormat(given.contentType, start);
  const { contentType } = format;
  let put: 'stored' | 'exists';
  try {
    put = await store.put({ key, body, contentLength: bytes, sha256Hex, contentType, ifNoneMatch: true });
  } finally {
    release();
  }
  if (put === 'stored') return { outcome: 'stored', format };
  const there = await store.head(key);
  const equal = there !== null && there.bytes === bytes && there.sha256Hex === sha256Hex;
  return { outcome: equal ? 'equal' : 'conflict', format };
};
