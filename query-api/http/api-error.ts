import { type CommonErrorCode, HttpError } from '../../runtime/http/http-error.ts';

export type ErrorCode =
  | CommonErrorCode
  | 'CONFLICTING_PARAMETERS'
  | 'INVALID_CURSOR'
  | 'AMBIGUOUS_ID'
  | 'TIMELINE_NOT_AVAILABLE'
  | 'RECORDING_NOT_AVAILABLE'
  | 'ALREADY_REDRIVEN'
  | 'NOT_REDRIVABLE'
  | 'RANGE_NOT_SATISFIABLE'
  | 'FORMAT_NOT_AVAILABLE'
  | 'OVERLOADED'
  | 'UNAVAILABLE'
  | 'TIMEOUT';

/** An answer of the API other than success. */
export class ApiError extends HttpError<ErrorCode> {
  override readonly name = 'ApiError';
}

export const notFound = (what: string): ApiError =>
  new ApiError(404, 'RESOURCE_NOT_FOUND', `There is no such ${what}.`);

const secondsToRetry = '1';

/** Something we need does not answer or is too busy; the same request may succeed later. */
export const unavailable = (
  code: 'OVERLOADED' | 'UNAVAILABLE' | 'TIMEOUT',
  message: string,
  { cause }: { readonly cause?: unknown } = {},
): ApiError => new ApiError(503, code, message, { cause, headers: { 'retry-after': secondsToRetry } });
