import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError, FastifyBaseLogger } from 'fastify';
import type { App } from './app.ts';
import { CommonError, errorBody } from './http-error.ts';
import { dataHeaders, securityHeaders } from './security-headers.ts';

// What Node refuses by itself, without a body or with one of its own, is answered here as every other error is.

export const newRequestId = (): string => `req_${randomUUID()}`;

const lingerMs = 1000;

/** Answers what Node's parser cannot read, then ends the connection: where a next request begins is unknown. */
export const createClientErrors = (logger: FastifyBaseLogger) => {
  const latest = new WeakMap<Socket, { request: IncomingMessage; response: ServerResponse }>();

  /** Whether the client would take an answer for that to what could not be read, and not to a request before it. */
  const isAwaited = (socket: Socket): boolean => {
    const last = latest.get(socket);
    if (last === undefined) return true;
    return last.request.complete ? last.response.writableFinished : !last.response.headersSent;
  };

  return {
    watch: ({ server }: App): void => {
      server.on('request', (request, response) => latest.set(request.socket, { request, response }));
    },
    handle: (error: ConnectionError, socket: Socket): void => {
      logger.debug({ err: error }, 'a connection sent what is no request');
      // Ended: the client is reading the answer to an error before this one.
      if (socket.writableEnded) return;
      if (error.code === 'ECONNRESET' || !socket.writable || !isAwaited(socket)) {
        socket.destroy();
        return;
      }
      socket.end(answerTo(error));
      // Closed at once, what the client still sends would be met by a reset, and that loses the answer.
      const lingering = setTimeout(() => socket.destroy(), lingerMs).unref();
      socket.once('close', () => clearTimeout(lingering)).resume();
    },
  };
};

const answerTo = (clientError: ConnectionError): string => {
  const error = meaningOf(clientError);
  const requestId = newRequestId();
  const body = JSON.stringify(errorBody(error, requestId));
  const headers = {
    ...securityHeaders,
    ...dataHeaders,
    date: new Date().toUTCString(),
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${error.statusCode} ${STATUS_CODES[error.statusCode]}\r\n${lines.join('')}\r\n${body}`;
};

const meaningOf = ({ code, reason }: ConnectionError & { readonly reason?: string }): CommonError => {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new CommonError(431, 'HEADERS_TOO_LARGE', 'The headers, the URL among them, have more than 16 KiB.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new CommonError(413, 'PAYLOAD_TOO_LARGE', 'The chunks of the body carry too much besides the body.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new CommonError(408, 'REQUEST_TIMEOUT', 'The request did not come to its end in time; send it again.');
    default:
      return new CommonError(400, 'MALFORMED_REQUEST', `This is no HTTP request: ${reason ?? 'it cannot be read'}.`);
  }
};

/** Refuses what Node's parser reads and its server would not serve. Needs `requireHostHeader: false`. */
export const refuseProtocolErrors = (app: App): void => {
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.addHook('onRequest', async ({ raw: { headers, httpVersion } }) => {
    if (httpVersion === '1.1' && headers.host === undefined)
      throw new CommonError(400, 'MALFORMED_REQUEST', 'The header Host is missing.');
    if (headers.expect !== undefined && !/(?:^|\W)100-continue(?:$|\W)/i.test(headers.expect))
      throw new CommonError(417, 'EXPECTATION_FAILED', 'Leave out the header Expect, or send Expect: 100-continue.');
  });
};
