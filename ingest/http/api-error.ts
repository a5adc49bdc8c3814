import { type CommonErrorCode, HttpError } from '../../runtime/http/http-error.ts';

export type ErrorCode =
  | CommonErrorCode
  | 'SWITCH_NOT_ALLOWED'
  | 'RECORDING_CONFLICT'
  | 'LENGTH_REQUIRED'
  | 'CHECKSUM_MISMATCH'
  | 'SERVICE_UNAVAILABLE';

/** An answer of ingest other than success. */
export class ApiError extends HttpError<ErrorCode> {
  override readonly name = 'ApiError';
}

/** Nothing was accepted; the same request may succeed later. */
export const unavailable = (message: string, retryAfterSeconds: number): ApiError =>
  new ApiError(503, 'SERVICE_UNAVAILABLE', message, { headers: { 'retry-after': String(retryAfterSeconds) } });
