import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { Metrics } from '../runtime/metrics.ts';
import type { Directory } from '../schemas/directory.ts';
import { type CallRoutes, callRoutes } from './calls/call-routes.ts';
import type { App } from './http/app.ts';
import { authenticate } from './http/authentication.ts';
import { handleError } from './http/error-handler.ts';
import { limitLoad } from './http/load-limit.ts';
import { addReference } from './http/openapi.ts';
import { measureRequests } from './http/request-metrics.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { answerUnknownRoutes } from './http/unknown-routes.ts';
import { validatorCompiler } from './http/validation.ts';
import { type KeyRoutes, keyRoutes } from './api-keys/key-routes.ts';
import { type QuarantineRoutes, quarantineRoutes } from './quarantine/quarantine-routes.ts';
import { type DownloadRoute, downloadRoute } from './recordings/download-route.ts';
import { type RecordingRoutes, recordingRoutes } from './recordings/recording-routes.ts';
import { type Check, probeRoutes } from './probes/probe-routes.ts';

export type AppParts = CallRoutes &
  RecordingRoutes &
  DownloadRoute &
  QuarantineRoutes &
  KeyRoutes & {
    readonly logger: FastifyBaseLogger;
    readonly metrics: Metrics;
    readonly directory: () => Directory;
    readonly checks: Readonly<Record<string, Check>>;
    readonly requestTimeoutMs: number;
    readonly maxRequests: number;
    readonly maxDownloads: number;
  };

const mostBodyBytes = 64 * 1024;

/** The whole API over parts that read; it listens nowhere yet. */
export const buildApp = async (parts: AppParts): Promise<App> => {
  const app = Fastify({
    loggerInstance: parts.logger,
    // A line a request would say what the metrics say, and its URL holds numbers of people.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `req_${randomUUID()}`,
    bodyLimit: mostBodyBytes,
    requestTimeout: 10_000,
    handlerTimeout: parts.requestTimeoutMs,
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
  // Bodies are made by typed functions, and a test holds them to their schemas: no need to pass them through again.
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
  app.setErrorHandler(handleError);
  answerUnknownRoutes(app);
  addSecurityHeaders(app);
  measureRequests(app, parts.metrics);
  await addReference(app);
  probeRoutes(app, parts);
  await app.register(async (api: App) => {
    limitLoad(api, parts.maxRequests);
    authenticate(api, parts.directory);
    callRoutes(api, parts);
    recordingRoutes(api, parts);
    quarantineRoutes(api, parts);
    keyRoutes(api, parts);
  });
  // Streams last long: they have a limit of their own, so that they never keep out the rest.
  await app.register(async (api: App) => {
    limitLoad(api, parts.maxDownloads);
    authenticate(api, parts.directory);
    downloadRoute(api, parts);
  });
  return app;
};
