/** The bytes are not those declared, by their SHA-256 or already by their number; nothing was stored. */
export class ChecksumMismatch extends Error {
  override readonly name = 'ChecksumMismatch';

  constructor(key: string, options?: ErrorOptions) {
    super(`the bytes for ${key} are not those declared`, options);
  }
}

/** The range asked for lies beyond the object's end. */
export class RangeNotSatisfiable extends Error {
  override readonly name = 'RangeNotSatisfiable';
}

/** The HTTP status of an answer that the SDK made an error of. */
export function httpStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode;
}

/** The error code of S3, such as `BadDigest`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && '$metadata' in error ? error.name : undefined;
}

/** Whether the same request may succeed later: no answer at all, the store overloaded, or a conflicting write under way. */
export function isRetryableS3Error(error: unknown): boolean {
  if (error instanceof ChecksumMismatch || !(error instanceof Error)) return false;
  const status = httpStatus(error);
  return status === undefined
    ? 'code' in error || error.name === 'TimeoutError'
    : status >= 500 || [408, 409, 429].includes(status);
}

/** Whether the store refuses the keys, or what they ask for: it need not say which. */
export function isS3LoginRefused(error: unknown): boolean {
  return httpStatus(error) === 401 || httpStatus(error) === 403;
}

/** Whether the store calls the request wrong, which is all that it says of an expired session token to a HEAD. */
export function isBadS3Request(error: unknown): boolean {
  return httpStatus(error) === 400;
}

/** Whether no keys were set, and the SDK found none by itself. */
export function isWithoutKeys(error: unknown): boolean {
  return error instanceof Error && error.name === 'CredentialsProviderError';
}
