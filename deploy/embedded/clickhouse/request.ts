import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { queryError } from './errors.ts';

/** A query as its HTTP request states it, before its body is read. */
export interface QueryRequest {
  readonly queryId: string;
  readonly database: string | undefined;
  /** The SQL given in the URL or form; the body adds to it. */
  readonly sql: string;
  readonly settings: ReadonlyMap<string, string>;
  readonly params: ReadonlyMap<string, string>;
  readonly defaultFormat: string;
  readonly readonly: boolean;
  readonly gzipAnswer: boolean;
  readonly gzipBody: boolean;
  /** Answer only once the query has ended, so that the status is right whatever its size. */
  readonly waitEnd: boolean;
}

/** Parameters that say how to answer, not how the engine should run. */
const TRANSPORT = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'user',
  'password',
  'quota_key',
  'wait_end_of_query',
  'buffer_size',
  'enable_http_compression',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'http_response_buffer_size',
  // Identifies a running query to KILL QUERY, so it is ours.
  'log_comment',
]);
const UNSUPPORTED = new Set(['session_id', 'session_timeout', 'session_check', 'role', 'compress', 'decompress']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PARAM_NAME = /^param_[A-Za-z0-9_]+$/;
/** What may stand in a response header. */
const QUERY_ID = /^[\x20-\x7e]{1,256}$/;

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function gzipBody(headers: IncomingHttpHeaders): boolean {
  const encoding = header(headers, 'content-encoding')?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return false;
  if (encoding === 'gzip') return true;
  throw queryError('notImplemented', `Content-Encoding ${encoding} is not supported: use gzip or none`);
}

interface Named {
  readonly settings: Map<string, string>;
  readonly params: Map<string, string>;
}

function sort(fields: Iterable<readonly [string, string]>): Named {
  const settings = new Map<string, string>();
  const params = new Map<string, string>();
  for (const [name, value] of fields) {
    if (TRANSPORT.has(name)) continue;
    if (UNSUPPORTED.has(name)) {
      throw queryError('notImplemented', `${name} is not supported by the embedded ClickHouse`);
    }
    if (PARAM_NAME.test(name)) params.set(name, value);
    else if (NAME.test(name)) settings.set(name, value);
    else throw queryError('badArguments', `Malformed parameter name ${JSON.stringify(name.slice(0, 100))}`);
  }
  return { settings, params };
}

function formatOf(given: string | undefined): string {
  const format = given ?? 'TabSeparated';
  if (NAME.test(format)) return format;
  throw queryError('badArguments', `Malformed format name ${JSON.stringify(format.slice(0, 100))}`);
}

/** Reads a request's URL, headers and form fields (if its body is a form) into a query; throws QueryError. */
export function parseRequest(
  method: string,
  url: URL,
  headers: IncomingHttpHeaders,
  form: ReadonlyMap<string, string> = new Map(),
): QueryRequest {
  const fields = [...url.searchParams, ...form];
  const byName = new Map(fields);
  const queryId = byName.get('query_id') ?? '';
  const accepted = header(headers, 'accept-encoding')?.toLowerCase() ?? '';
  return {
    queryId: QUERY_ID.test(queryId) ? queryId : randomUUID(),
    database: byName.get('database') ?? header(headers, 'x-clickhouse-database'),
    sql: [url.searchParams.get('query') ?? '', form.get('query') ?? ''].filter((text) => text !== '').join('\n'),
    ...sort(fields),
    defaultFormat: formatOf(byName.get('default_format') ?? header(headers, 'x-clickhouse-format')),
    readonly: method !== 'POST',
    gzipAnswer: byName.get('enable_http_compression') === '1' && /\bgzip\b/.test(accepted),
    gzipBody: gzipBody(headers),
    waitEnd: byName.get('wait_end_of_query') === '1',
  };
}
