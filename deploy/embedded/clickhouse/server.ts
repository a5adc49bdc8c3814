import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sendError } from './answer.ts';
import { authenticator } from './auth.ts';
import { readQuery, readWhole } from './body.ts';
import { MAX_QUERY_BYTES } from './engine-config.ts';
import { CODES, fromEngine, queryError } from './errors.ts';
import { type Exchange, openExchange, type ServerParts } from './exchange.ts';
import { formBoundary, multipartFields } from './multipart.ts';
import { runRows } from './rows.ts';
import { parseRequest } from './request.ts';
import { parseStatement, type Statement } from './statement.ts';
import { insertFromBody, insertFromText, runCommand } from './writes.ts';

/** Clients put parameters into the URL, and lists of keys are long. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
const MAX_CONNECTIONS = 512;

async function readForm(message: IncomingMessage): Promise<ReadonlyMap<string, string> | undefined> {
  const boundary = formBoundary(message.headers['content-type']);
  if (boundary === undefined) return undefined;
  const fields = multipartFields(await readWhole(message, MAX_QUERY_BYTES), boundary);
  if (fields === undefined) throw queryError('badArguments', 'Malformed multipart/form-data, or external tables in it');
  return fields;
}

async function execute(exchange: Exchange, statement: Statement, whole: Buffer): Promise<void> {
  switch (statement.kind) {
    case 'rows':
      return runRows(exchange, statement);
    case 'insert':
      return insertFromText(exchange, statement, whole);
    case 'command':
      return runCommand(exchange, statement.text);
    case 'refused':
      throw statement.error;
  }
}

/** Runs one authenticated query request and answers it; what it throws has not been answered. */
async function runQuery(parts: ServerParts, message: IncomingMessage, response: ServerResponse, url: URL) {
  const form = await readForm(message);
  const request = parseRequest(message.method ?? '', url, message.headers, form);
  response.setHeader('x-clickhouse-query-id', request.queryId);
  const exchange = openExchange(parts, message, response, request);
  if (form === undefined && request.sql !== '') {
    const inUrl = parseStatement(request.sql);
    if (inUrl.kind === 'insert') return insertFromBody(exchange, inUrl);
  }
  const body = form === undefined ? await readQuery(message, request.gzipBody, MAX_QUERY_BYTES) : Buffer.alloc(0);
  const separator = request.sql !== '' && body.length > 0 ? '\n' : '';
  const whole = Buffer.concat([Buffer.from(request.sql + separator), body]);
  return execute(exchange, parseStatement(whole.toString('utf8')), whole);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=UTF-8' }).end(text);
}

/** ClickHouse's HTTP interface on an engine; the caller listens and closes. */
export function createHttpServer(parts: ServerParts): Server {
  const refusal = authenticator(parts.credentials);

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://localhost');
    const isGet = message.method === 'GET' || message.method === 'HEAD';
    const isProbe = url.pathname === '/ping' || (url.pathname === '/' && url.search === '');
    if (isGet && isProbe) return plain(response, 200, 'Ok.\n');
    if (url.pathname !== '/') return plain(response, 404, `There is no handle ${url.pathname}\n`);
    if (!isGet && message.method !== 'POST') return plain(response, 405, 'Use GET or POST\n');
    const refused = refusal(message.headers);
    if (refused !== undefined) throw refused;
    await runQuery(parts, message, response, url);
  }

  function fail(message: IncomingMessage, response: ServerResponse, reason: unknown): void {
    const error = fromEngine(reason);
    const queryId = String(response.getHeader('x-clickhouse-query-id') ?? '');
    const unexpected = error.code === CODES.internal[0] && !response.destroyed;
    if (unexpected) parts.logger.error({ queryId, err: reason }, 'unexpected failure');
    else parts.logger.debug({ queryId, code: error.code, type: error.type }, 'query failed');
    // The rest of a refused body is read away, or else the next request on its socket would never be seen.
    message.resume();
    if (!response.headersSent && !response.destroyed) sendError(response, queryId, error, parts.engine.version);
  }

  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, keepAliveTimeout: 10_000 }, (message, response) => {
    handle(message, response).catch((reason: unknown) => fail(message, response, reason));
  });
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
