/** A failure in ClickHouse's own terms: its numeric code, its name and a message fit to show the caller. */
export class QueryError extends Error {
  readonly code: number;
  readonly type: string;

  constructor(code: number, type: string, message: string) {
    super(message);
    this.name = 'QueryError';
    this.code = code;
    this.type = type;
  }
}

export const CODES = {
  badArguments: [36, 'BAD_ARGUMENTS'],
  notImplemented: [48, 'NOT_IMPLEMENTED'],
  syntaxError: [62, 'SYNTAX_ERROR'],
  queryIsTooLarge: [229, 'QUERY_IS_TOO_LARGE'],
  requiredPassword: [194, 'REQUIRED_PASSWORD'],
  tooManyQueries: [202, 'TOO_MANY_SIMULTANEOUS_QUERIES'],
  notEnoughSpace: [243, 'NOT_ENOUGH_SPACE'],
  resultIsTooLarge: [396, 'TOO_MANY_ROWS_OR_BYTES'],
  cancelled: [394, 'QUERY_WAS_CANCELLED'],
  accessDenied: [497, 'ACCESS_DENIED'],
  authenticationFailed: [516, 'AUTHENTICATION_FAILED'],
  internal: [1002, 'UNKNOWN_EXCEPTION'],
} as const satisfies Record<string, readonly [number, string]>;

export function queryError(code: keyof typeof CODES, message: string): QueryError {
  const [number, type] = CODES[code];
  return new QueryError(number, type, message);
}

const ENGINE_MESSAGE = /Code: (\d+)\. DB::Exception: ([\s\S]*)\(([A-Z0-9_]+)\)/;
/** Its message ends at a zero byte, which data may hold. */
const CUT_MESSAGE = /^(?:Code: (\d+)\. DB::Exception: )+/;

/**
 * Reads the engine's `Code: N. DB::Exception: … (NAME)`, which it sometimes wraps in others like it; what has another
 * form becomes UNKNOWN_EXCEPTION.
 */
export function fromEngine(reason: unknown): QueryError {
  if (reason instanceof QueryError) return reason;
  const text = reason instanceof Error ? reason.message : String(reason);
  let error: QueryError | undefined;
  for (let inner = ENGINE_MESSAGE.exec(text); inner !== null; ) {
    const [, code, message = '', type = 'UNKNOWN_EXCEPTION'] = inner;
    error = new QueryError(Number(code), type, message.trimEnd());
    inner = message.startsWith(`Code: ${code}. `) ? ENGINE_MESSAGE.exec(message) : null;
  }
  const cut = CUT_MESSAGE.exec(text);
  if (error === undefined && cut !== null) {
    return new QueryError(Number(cut[1]), 'UNKNOWN_EXCEPTION', text.slice(cut[0].length));
  }
  return error ?? queryError('internal', text);
}

/** The body a ClickHouse server answers with, which @clickhouse/client parses back into code, type and message. */
export function errorBody(error: QueryError, version: string): string {
  return `Code: ${error.code}. DB::Exception: ${error.message} (${error.type}) (version ${version})\n`;
}

const FORBIDDEN = [192, 193, 497, 512, 516];
const NOT_FOUND = [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 139, 152, 336];
/** Wrong input of all kinds: what cannot be parsed, wrong types, values out of range. */
const BAD_REQUEST = [
  6, 25, 26, 27, 33, 36, 38, 41, 42, 43, 53, 62, 72, 117, 167, 168, 184, 223, 321, 376, 427, 441, 456, 457, 675, 676,
];

/** The HTTP status a server sends with an exception code. */
export function httpStatus(code: number): number {
  if (code === 194) return 401;
  if (code === 48) return 501;
  if (code === 229) return 413;
  if (code === 159) return 408;
  if (code === 202 || code === 243) return 503;
  if (FORBIDDEN.includes(code)) return 403;
  if (NOT_FOUND.includes(code)) return 404;
  if (BAD_REQUEST.includes(code)) return 400;
  return 500;
}
