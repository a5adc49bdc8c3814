import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyHttpOptions,
  LogController,
  type RawServerDefault,
} from 'fastify';
import type { Metrics } from '../metrics.ts';
import { createErrorHandler, type Refusals } from './error-handler.ts';
import { refuseUnknownParameters } from './known-parameters.ts';
import { createClientErrors, newRequestId, refuseProtocolErrors } from './protocol-errors.ts';
import { measureRequests } from './request-metrics.ts';
import { refuseWhenStopping } from './stopping.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { answerUnknownRoutes } from './unknown-routes.ts';
import { validatorCompiler } from './validation.ts';

export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type AppOptions = Refusals & {
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** How large and how long a request may be. */
  readonly limits: Pick<
    FastifyHttpOptions<RawServerDefault>,
    'bodyLimit' | 'requestTimeout' | 'handlerTimeout' | 'connectionTimeout' | 'keepAliveTimeout' | 'http'
  >;
};

/** A server without routes that answers, checks and counts as all of ours do; it listens nowhere yet. */
export const createApp = ({ logger, metrics, limits, ...refusals }: AppOptions): App => {
  const handleError = createErrorHandler(refusals);
  const clientErrors = createClientErrors(logger);
  const app = Fastify({
    ...limits,
    http: { ...limits.http, requireHostHeader: false },
    clientErrorHandler: clientErrors.handle,
    return503OnClosing: false,
    loggerInstance: logger,
    // A line a request would say what the metrics say, and its URL holds numbers of people.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: newRequestId,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 300 },
    // Clients know both prefixes; the routes are the same.
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/api/v1/') ? url.slice('/api'.length) : url),
    frameworkErrors: (error, request, reply) => {
      void handleError(error, request, reply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.removeContentTypeParser('text/plain');
  app.setValidatorCompiler(validatorCompiler);
  // Bodies are made by typed functions, and tests hold them to their schemas: no need to pass them through again.
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
  app.setErrorHandler(handleError);
  answerUnknownRoutes(app);
  refuseUnknownParameters(app);
  addSecurityHeaders(app);
  measureRequests(app, metrics);
  clientErrors.watch(app);
  refuseProtocolErrors(app);
  refuseWhenStopping(app, refusals.stopping);
  return app;
};
