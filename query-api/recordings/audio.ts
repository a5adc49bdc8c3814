import { isRetryableS3Error, type ObjectBody, type ObjectStore } from '../../runtime/s3.ts';
import { unavailable } from '../http/api-error.ts';

/** The audio in the object store. Throws an `ApiError` of 503 where the store does not answer. */
export type Audio = {
  read(key: string, range?: string): Promise<ObjectBody | null>;
  presign: ObjectStore['presignGet'];
};

export const createAudio = (objects: Pick<ObjectStore, 'get' | 'presignGet'>): Audio => ({
  read: async (key, range) => orUnavailable(objects.get(key, range)),
  presign: async (key, options) => orUnavailable(objects.presignGet(key, options)),
});

const orUnavailable = async <Result>(result: Promise<Result>): Promise<Result> => {
  try {
    return await result;
  } catch (error) {
    if (!isRetryableS3Error(error)) throw error;
    throw unavailable('UNAVAILABLE', 'The audio cannot be read now; try again.', { cause: error });
  }
};
