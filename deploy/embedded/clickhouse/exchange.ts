import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { AnswerHead } from './answer.ts';
import type { Credentials } from './auth.ts';
import type { Engine, EngineQuery } from './engine.ts';
import type { Lanes } from './lanes.ts';
import type { Pipes } from './pipes.ts';
import type { QueryRequest } from './request.ts';
import type { Spool } from './spool.ts';

export interface ServerParts {
  readonly engine: Engine;
  readonly pipes: Pipes;
  readonly spool: Spool;
  /** Lanes of queries with rows; as many as pipes. */
  readonly reads: Lanes;
  /** Lanes of everything else, so that slow reads never hold up inserts. */
  readonly writes: Lanes;
  readonly credentials: Credentials;
  readonly logger: Logger;
}

/** One query request, its answer to be, and when its client has gone. */
export interface Exchange {
  readonly parts: ServerParts;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly request: QueryRequest;
  readonly signal: AbortSignal;
  /** Gives the query up; the engine kills what of it runs. */
  abandon(): void;
  /** What the engine's query takes from the request as it is. */
  readonly query: Pick<EngineQuery, 'database' | 'settings' | 'params' | 'readonly'>;
}

export function openExchange(
  parts: ServerParts,
  message: IncomingMessage,
  response: ServerResponse,
  request: QueryRequest,
): Exchange {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const { database, settings, params, readonly } = request;
  const query = { database, settings, params, readonly };
  return { parts, message, response, request, signal: gone.signal, abandon: () => gone.abort(), query };
}

export function answerHead(exchange: Exchange, format: string): AnswerHead {
  const { request, parts } = exchange;
  return { queryId: request.queryId, format, timezone: parts.engine.timezone, gzip: request.gzipAnswer };
}
