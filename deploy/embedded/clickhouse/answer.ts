import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import type { EngineResult } from './engine.ts';
import { errorBody, httpStatus, type QueryError } from './errors.ts';

/** A client that takes nothing for so long is given up: it holds a lane of the engine. */
const STALL_MS = 60_000;

/** What every answer to a query tells in its headers. */
export interface AnswerHead {
  readonly queryId: string;
  readonly format: string;
  readonly timezone: string;
  readonly gzip: boolean;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  CSV: 'text/csv; charset=UTF-8',
  JSON: 'application/json; charset=UTF-8',
  JSONCompact: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  JSONCompactEachRow: 'application/x-ndjson; charset=UTF-8',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  TSV: 'text/tab-separated-values; charset=UTF-8',
};

function headers(head: AnswerHead): Record<string, string> {
  return {
    'content-type': CONTENT_TYPES[head.format] ?? 'application/octet-stream',
    'x-clickhouse-query-id': head.queryId,
    'x-clickhouse-format': head.format,
    'x-clickhouse-timezone': head.timezone,
    'x-clickhouse-server-display-name': 'embedded',
  };
}

/** The X-ClickHouse-Summary header. The engine does not tell rows read, so a query's are given as 0. */
export function summary(result: EngineResult, wrote: boolean): string {
  const rows = String(result.rows);
  const bytes = String(result.rowBytes);
  return JSON.stringify({
    read_rows: wrote ? rows : '0',
    read_bytes: wrote ? bytes : '0',
    written_rows: wrote ? rows : '0',
    written_bytes: wrote ? bytes : '0',
    total_rows_to_read: '0',
    result_rows: rows,
    result_bytes: bytes,
    elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
  });
}

/** Answers with a whole result. */
export async function sendWhole(
  response: ServerResponse,
  head: AnswerHead,
  body: Buffer,
  summaryText: string,
): Promise<void> {
  const compress = head.gzip && body.length > 0;
  const bytes = compress ? await promisify(gzip)(body, { level: constants.Z_BEST_SPEED }) : body;
  response.writeHead(200, {
    ...headers(head),
    ...(compress ? { 'content-encoding': 'gzip' } : {}),
    'content-length': bytes.length,
    'x-clickhouse-summary': summaryText,
  });
  response.end(bytes);
}

/** Answers with an error that came before any byte of the result. */
export function sendError(response: ServerResponse, queryId: string, error: QueryError, version: string): void {
  response.writeHead(httpStatus(error.code), {
    'content-type': 'text/plain; charset=UTF-8',
    'x-clickhouse-query-id': queryId,
    'x-clickhouse-exception-code': error.code,
    ...(error.code === 194 ? { 'www-authenticate': 'Basic realm="ClickHouse server HTTP API"' } : {}),
  });
  response.end(errorBody(error, version));
}

export interface StreamedAnswer {
  /** Resolves once the client has taken enough for more to be sent. */
  write(chunk: Buffer, signal: AbortSignal): Promise<void>;
  end(): void;
  /** Ends with the exception after what was sent, and with a broken connection, so that nobody takes it as whole. */
  fail(error: QueryError, version: string): Promise<void>;
}

/** The trailer by which a client finds the exception in a result that had begun. */
export function exceptionTrailer(error: QueryError, version: string, tag: string): string {
  const message = errorBody(error, version);
  return `\r\n__exception__\r\n${tag}\r\n${message}${Buffer.byteLength(message)} ${tag}\r\n__exception__\r\n`;
}

/** Begins an answer whose end is not known yet. */
export function beginStream(response: ServerResponse, head: AnswerHead): StreamedAnswer {
  const tag = randomBytes(8).toString('hex');
  response.writeHead(200, {
    ...headers(head),
    'x-clickhouse-exception-tag': tag,
    ...(head.gzip ? { 'content-encoding': 'gzip' } : {}),
  });
  const zipped = head.gzip ? createGzip({ level: constants.Z_BEST_SPEED }) : undefined;
  if (zipped !== undefined) {
    zipped.on('error', (reason) => response.destroy(reason));
    zipped.pipe(response);
  }
  const sink: Writable = zipped ?? response;

  return {
    async write(chunk, signal) {
      if (sink.write(chunk)) return;
      const stalled = setTimeout(() => response.destroy(), STALL_MS);
      try {
        await once(sink, 'drain', { signal });
      } finally {
        clearTimeout(stalled);
      }
    },
    end() {
      sink.end();
    },
    async fail(error, version) {
      const trailer = exceptionTrailer(error, version, tag);
      if (zipped !== undefined) {
        zipped.write(trailer);
        await new Promise<void>((resolve) => zipped.flush(resolve));
      } else {
        await new Promise<void>((resolve) => response.write(trailer, () => resolve()));
      }
      // The connection ends without the last chunk, after what was written has gone out.
      response.socket?.end();
    },
  };
}
