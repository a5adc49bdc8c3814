/** One thing that is wrong with a request: where, and what to do about it. */
export type Detail = { readonly field: string; readonly message: string };

export type ErrorCode =
  | 'MALFORMED_JSON'
  | 'MALFORMED_REQUEST'
  | 'CONFLICTING_CREDENTIALS'
  | 'INVALID_TOKEN'
  | 'INSUFFICIENT_SCOPE'
  | 'SWITCH_NOT_ALLOWED'
  | 'RESOURCE_NOT_FOUND'
  | 'REQUEST_TIMEOUT'
  | 'RECORDING_CONFLICT'
  | 'LENGTH_REQUIRED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'VALIDATION_ERROR'
  | 'CHECKSUM_MISMATCH'
  | 'INTERNAL_ERROR'
  | 'SERVICE_UNAVAILABLE';

type Options = { details?: readonly Detail[]; headers?: Readonly<Record<string, string>> };

/** An answer other than success, as the client gets it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;
  readonly code: ErrorCode;
  readonly details: readonly Detail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, code: ErrorCode, message: string, { details = [], headers = {} }: Options = {}) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

export const invalid = (details: readonly Detail[]): ApiError =>
  new ApiError(422, 'VALIDATION_ERROR', 'The request has invalid values; see details.', { details });

/** Nothing was accepted; the same request may succeed later. */
export const unavailable = (message: string, retryAfterSeconds: number): ApiError =>
  new ApiError(503, 'SERVICE_UNAVAILABLE', message, { headers: { 'retry-after': String(retryAfterSeconds) } });
