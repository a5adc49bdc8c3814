import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../runtime/s3.ts';
import type { RecordingUploaded } from '../../schemas/payloads.ts';
import type { RecordingFailure } from '../../schemas/vocabulary.ts';
import { mp3Facts } from './mp3-frame.ts';
import { type AudioFacts, nothingKnown, wavFacts } from './wav-header.ts';

/** Whether the audio of an upload is stored as it was sent, since when, and what it is. */
export type Checked =
  | ({ readonly stored: true; readonly storedAtUs: number } & AudioFacts)
  | { readonly stored: false; readonly reason: RecordingFailure; readonly detail: string };

export type AudioStore = Pick<ObjectStore, 'head' | 'get'>;

/** Enough for the header of a WAV file with some chunks before the audio, or for an mp3's first frame. */
const headBytes = 4096;

/** Compares an object with what the upload said of it. Throws when the store cannot tell: that says nothing of the audio. */
export const checkStored = async (store: AudioStore, upload: RecordingUploaded): Promise<Checked> => {
  const object = await store.head(upload.object_key);
  if (object === null) return failed('missing_object', `nothing is stored as ${upload.object_key}`);
  if (object.bytes !== upload.bytes) {
    return failed('checksum_mismatch', `${object.bytes} bytes are stored, ${upload.bytes} were uploaded`);
  }
  const sha256 = object.sha256Hex ?? (await sha256Of(store, upload.object_key));
  if (sha256 !== upload.sha256.toLowerCase()) {
    return failed('checksum_mismatch', `SHA-256 ${sha256} is stored, ${upload.sha256} was uploaded`);
  }
  return { stored: true, storedAtUs: object.lastModified.getTime() * 1000, ...(await factsOf(store, upload)) };
};

const failed = (reason: RecordingFailure, detail: string): Checked => ({ stored: false, reason, detail });

/** For stores that keep no checksum. */
const sha256Of = async (store: AudioStore, key: string): Promise<string> => {
  const object = await store.get(key);
  if (object === null) throw new Error(`${key} was removed while it was checked`);
  const hash = createHash('sha256');
  for await (const chunk of object.body) hash.update(chunk as Buffer);
  return hash.digest('hex');
};

const factsOf = async (store: AudioStore, { object_key, format, bytes }: RecordingUploaded): Promise<AudioFacts> => {
  const read = { wav: wavFacts, mp3: mp3Facts }[format.toLowerCase()];
  if (read === undefined || bytes === 0) return nothingKnown;
  const object = await store.get(object_key, `bytes=0-${headBytes - 1}`);
  if (object === null) throw new Error(`${object_key} was removed while it was checked`);
  const chunks: Buffer[] = [];
  for await (const chunk of object.body) chunks.push(chunk as Buffer);
  return read(Buffer.concat(chunks), bytes);
};
