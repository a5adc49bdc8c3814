import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { Connections, type ConnectionLimits } from './connections.ts';
import { readRequest, splitPath, type Exchange, type Reply } from './exchange.ts';
import { refuseUnsupported } from './operations/attributes.ts';
import { authenticate, type Credentials, type SignedRequest } from './protocol/authenticate.ts';
import { errorDocument, toS3Error } from './protocol/errors.ts';
import { renderXml } from './protocol/xml.ts';
import { findOperation } from './routes.ts';
import type { Store } from './storage/store.ts';

export type S3ServerOptions = {
  readonly store: Store;
  readonly credentials: Credentials;
  readonly host: string;
  readonly port: number;
  readonly log: Logger;
  readonly limits?: S3Limits;
};

export type S3Limits = ConnectionLimits & {
  /** For the head of a request. */
  readonly headersMs: number;
  /** Of silence, after an answer. */
  readonly keepAliveMs: number;
};

export type S3Server = {
  readonly port: number;
  /** Refuses new requests, gives running ones a moment, then cuts them off. */
  readonly stop: () => Promise<void>;
};

const usualLimits: S3Limits = {
  maxConnections: 1024,
  headersMs: 15_000,
  keepAliveMs: 5000,
  betweenRequestsMs: 20_000,
  pieceMs: 60_000,
};
/** A body of 5 GiB at 1.5 MB/s. */
const requestTimeoutMs = 3600_000;
const timeoutCheckMs = 1000;
const stopGraceMs = 3000;
/** How long a client that was answered before its body ended may go on sending, so that it gets to read the answer. */
const unreadBodyMs = 5000;

/** Starts the endpoint. Port 0 takes a free one. */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const { limits = usualLimits } = options;
  const server = createServer({
    headersTimeout: limits.headersMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: timeoutCheckMs,
  });
  const connections = new Connections(limits, options.log);
  server.on('connection', (socket) => connections.admit(socket));
  server.on('close', () => connections.stop());
  const running = new Set<Promise<void>>();
  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    connections.begin(message, response);
    const answered = respond(options, message, response);
    running.add(answered);
    void answered.finally(() => running.delete(answered));
  };
  server.on('request', onRequest);
  // Whoever expects 100 Continue is asked for its body when an operation reads it, and not if it is refused.
  server.on('checkContinue', onRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, options.host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server, running) };
}

async function stop(server: Server, running: ReadonlySet<Promise<void>>): Promise<void> {
  await new Promise<void>((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), stopGraceMs);
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
  await Promise.all(running);
}

async function respond(options: S3ServerOptions, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  response.setHeader('x-amz-request-id', requestId);
  response.setHeader('server', 'trunkline-embedded-s3');
  let path = '';
  try {
    const request = readRequest(message);
    ({ path } = request);
    const reply = await perform(options, request, message, response);
    await send(message, response, reply);
    drain(message);
  } catch (error) {
    const request = { requestId, method: message.method, path };
    if (response.headersSent || message.socket.destroyed) {
      const level = isClientGone(error) ? 'debug' : 'error';
      options.log[level]({ err: error, ...request }, 'the connection ended before the answer');
      response.destroy();
      return;
    }
    const answer = toS3Error(error);
    if (answer.status >= 500 && answer.code !== 'NotImplemented') {
      options.log.error({ err: error, ...request }, answer.code);
    }
    await send(message, response, { status: answer.status, body: errorDocument(answer, path, requestId) });
    drain(message);
  }
}

const clientGoneCodes = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

function isClientGone(error: unknown): boolean {
  return clientGoneCodes.has((error as NodeJS.ErrnoException).code ?? '');
}

function perform(
  { store, credentials }: S3ServerOptions,
  request: SignedRequest,
  message: IncomingMessage,
  response: ServerResponse,
): Reply | Promise<Reply> {
  const authentication = authenticate(request, credentials, store.now());
  const { headers, parameters } = splitQuery(request);
  refuseUnsupported(headers);
  const { bucket, key } = splitPath(request.path);
  const operation = findOperation({
    method: request.method,
    bucket,
    key,
    parameters: [...parameters.keys()],
    hasHeader: (name) => headers.has(name),
  });
  const exchange: Exchange = {
    store,
    bucket,
    key,
    parameter: (name) => parameters.get(name),
    header: (name) => headers.get(name),
    headers,
    authentication,
    rawBody: () => {
      if (message.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
      // Left alive when an operation stops reading, so that the client gets its answer.
      return message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    },
  };
  return operation(exchange);
}

const signatureParameters = new Set(
  ['Algorithm', 'Credential', 'Date', 'Expires', 'SignedHeaders', 'Signature', 'Content-Sha256'].map((name) =>
    `X-Amz-${name}`.toLowerCase(),
  ),
);

/** Presigned URLs carry `x-amz-*` headers in the query: moves them to the headers, and leaves out the signature. */
function splitQuery({ query, headers }: SignedRequest): {
  headers: ReadonlyMap<string, string>;
  parameters: ReadonlyMap<string, string>;
} {
  const allHeaders = new Map(headers);
  const parameters = new Map<string, string>();
  for (const [name, value] of query) {
    const lowerCase = name.toLowerCase();
    if (signatureParameters.has(lowerCase)) continue;
    if (!lowerCase.startsWith('x-amz-')) parameters.set(name, value);
    else if (!allHeaders.has(lowerCase)) allHeaders.set(lowerCase, value);
  }
  return { headers: allHeaders, parameters };
}

async function send(
  message: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Reply,
): Promise<void> {
  response.writeHead(status, headers);
  if (body instanceof Readable) {
    await pipeline(body, response);
    return;
  }
  const text = body === undefined || message.method === 'HEAD' ? undefined : renderXml(body);
  response.end(text);
}

/** Lets a client that was answered early finish its body for a while; then the connection is cut. */
function drain(message: IncomingMessage): void {
  if (message.complete) return;
  message.resume();
  const cutOff = setTimeout(() => message.socket.destroy(), unreadBodyMs);
  message.once('close', () => clearTimeout(cutOff));
}
