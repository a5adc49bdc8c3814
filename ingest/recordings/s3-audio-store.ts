import { isRetryableS3Error, type ObjectStore } from '../../runtime/s3.ts';
import type { AudioStore } from './upload.ts';

/** The object store does not answer or has no room; the same upload may succeed later. */
export class AudioStoreAway extends Error {
  override readonly name = 'AudioStoreAway';
}

/** The audio in a bucket. */
export const s3AudioStore = (objects: Pick<ObjectStore, 'put' | 'head'>, bucket: string): AudioStore => ({
  bucket,
  put: async (object) => orAway(objects.put(object)),
  head: async (key) => orAway(objects.head(key)),
});

/** Told apart here, where nothing but S3 is asked: elsewhere an error that looks the same is a bug of ours. */
const orAway = async <Result>(result: Promise<Result>): Promise<Result> => {
  try {
    return await result;
  } catch (error) {
    if (!isRetryableS3Error(error)) throw error;
    throw new AudioStoreAway('the object store cannot be used now', { cause: error });
  }
};
