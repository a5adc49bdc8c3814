/** One thing that is wrong with a request: where, and what to do about it. */
export type Detail = { readonly field: string; readonly message: string };

/** The codes that every service answers with; each has some of its own besides. */
export type CommonErrorCode =
  | 'MALFORMED_JSON'
  | 'MALFORMED_REQUEST'
  | 'CONFLICTING_CREDENTIALS'
  | 'INVALID_TOKEN'
  | 'INSUFFICIENT_SCOPE'
  | 'RESOURCE_NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_TIMEOUT'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'EXPECTATION_FAILED'
  | 'VALIDATION_ERROR'
  | 'HEADERS_TOO_LARGE'
  | 'INTERNAL_ERROR';

type HttpErrorOptions = {
  readonly details?: readonly Detail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Logged, never told. */
  readonly cause?: unknown;
};

/** An answer other than success, as the client gets it. */
export class HttpError<Code extends string = string> extends Error {
  override readonly name: string = 'HttpError';
  readonly statusCode: number;
  readonly code: Code;
  readonly details: readonly Detail[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    statusCode: number,
    code: Code,
    message: string,
    { details = [], headers = {}, cause }: HttpErrorOptions = {},
  ) {
    super(message, { cause });
    this.statusCode = statusCode;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}

/** An answer with one of the codes that every service has. */
export class CommonError extends HttpError<CommonErrorCode> {}

export const invalid = (details: readonly Detail[]): CommonError =>
  new CommonError(422, 'VALIDATION_ERROR', 'The request has invalid values; see details.', { details });

/** The one envelope of all errors. */
export const errorBody = ({ code, message, details }: HttpError, requestId: string) => ({
  error: { code, message, details, request_id: requestId },
});
