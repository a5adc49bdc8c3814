/** One thing that is wrong with a request: where, and what to do about it. */
export type Detail = { readonly field: string; readonly message: string };

export type ErrorCode =
  | 'MALFORMED_JSON'
  | 'MALFORMED_REQUEST'
  | 'CONFLICTING_CREDENTIALS'
  | 'CONFLICTING_PARAMETERS'
  | 'INVALID_CURSOR'
  | 'INVALID_TOKEN'
  | 'INSUFFICIENT_SCOPE'
  | 'RESOURCE_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'AMBIGUOUS_ID'
  | 'RECORDING_NOT_AVAILABLE'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RANGE_NOT_SATISFIABLE'
  | 'FORMAT_NOT_AVAILABLE'
  | 'VALIDATION_ERROR'
  | 'INTERNAL_ERROR'
  | 'OVERLOADED'
  | 'UNAVAILABLE'
  | 'TIMEOUT';

type ApiErrorOptions = {
  readonly details?: readonly Detail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Logged, never told. */
  readonly cause?: unknown;
};

/** An answer other than success, as the client gets it. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;
  readonly code: ErrorCode;
  readonly details: readonly Detail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    statusCode: number,
    code: ErrorCode,
    message: string,
    { details = [], headers = {}, cause }: ApiErrorOptions = {},
  ) {
    super(message, { cause });
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

export const notFound = (what: string): ApiError =>
  new ApiError(404, 'RESOURCE_NOT_FOUND', `There is no such ${what}.`);

export const invalid = (details: readonly Detail[]): ApiError =>
  new ApiError(422, 'VALIDATION_ERROR', 'The request has invalid values; see details.', { details });

const secondsToRetry = '1';

/** Something we need does not answer or is too busy; the same request may succeed later. */
export const unavailable = (
  code: 'OVERLOADED' | 'UNAVAILABLE' | 'TIMEOUT',
  message: string,
  { cause }: { readonly cause?: unknown } = {},
): ApiError => new ApiError(503, code, message, { cause, headers: { 'retry-after': secondsToRetry } });
