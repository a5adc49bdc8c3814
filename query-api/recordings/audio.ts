import { isRetryableS3Error, type ObjectBody, type ObjectStore, type PresignOptions } from '../../runtime/s3.ts';
import { unavailable } from '../http/api-error.ts';

/**
 * The audio in the object store. Null for an object that is not there, and for a key that is not under the tenant's own
 * prefix: keys come from rows that only we write, and this is the second wall. Throws an `ApiError` of 503 where the
 * store does not answer.
 */
export type Audio = {
  read(tenantId: string, key: string, range?: string): Promise<ObjectBody | null>;
  presign(tenantId: string, key: string, options: PresignOptions): Promise<string | null>;
};

export const createAudio = (objects: Pick<ObjectStore, 'get' | 'presignGet'>): Audio => ({
  read: async (tenantId, key, range) => (isOwn(tenantId, key) ? orUnavailable(objects.get(key, range)) : null),
  presign: async (tenantId, key, options) =>
    isOwn(tenantId, key) ? orUnavailable(objects.presignGet(key, options)) : null,
});

const isOwn = (tenantId: string, key: string): boolean => key.startsWith(`tenants/${tenantId}/`);

const orUnavailable = async <Result>(result: Promise<Result>): Promise<Result> => {
  try {
    return await result;
  } catch (error) {
    if (!isRetryableS3Error(error)) throw error;
    throw unavailable('UNAVAILABLE', 'The audio cannot be read now; try again.', { cause: error });
  }
};
