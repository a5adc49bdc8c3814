import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { Metrics } from '../runtime/metrics.ts';
import { ApiError } from './http/api-error.ts';
import type { App } from './http/app.ts';
import { authenticate, type KnownDirectory } from './http/authentication.ts';
import { createErrorHandler, type IsPassing } from './http/error-handler.ts';
import { EventSchema } from './http/event-route-schemas.ts';
import { eventRoutes } from './http/event-routes.ts';
import { limitBytes, limitRequests } from './http/load-limit.ts';
import { addReference } from './http/openapi.ts';
import { type Check, probeRoutes } from './http/probe-routes.ts';
import { maxBodyBytes } from './http/record-bodies.ts';
import { recordingRoutes } from './http/recording-routes.ts';
import { measureRequests } from './http/request-metrics.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { validatorCompiler } from './http/validation.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import type { Publish } from './publishing.ts';
import type { AudioStore } from './recordings/upload.ts';

export type AppParts = {
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  readonly directory: KnownDirectory;
  readonly publish: Publish;
  readonly ingestMetrics: IngestMetrics;
  readonly store: AudioStore;
  readonly isChecksumMismatch: (error: unknown) => boolean;
  readonly nowUs: () => number;
  readonly isPassing: IsPassing;
  readonly checks: Readonly<Record<string, Check>>;
  readonly limits: Limits;
};

export type Limits = {
  /** Bodies of events that may be in memory together. */
  readonly mostBodyBytes: number;
  readonly mostUploads: number;
  readonly mostUploadBytes: number;
  /** How long a whole request may take; uploads are the longest. */
  readonly requestTimeoutMs: number;
  /** How long a connection may be silent. */
  readonly idleTimeoutMs: number;
};

/** The whole of ingest over parts that keep what it accepts; it listens nowhere yet. */
export const buildApp = async (parts: AppParts): Promise<App> => {
  const app = createServer(parts);
  app.removeAllContentTypeParsers();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (body) => JSON.stringify(body));
  // Here, not beside its route: a scope with schemas of its own would check bodies by Fastify's compiler again.
  app.addSchema(EventSchema);
  app.setErrorHandler(createErrorHandler(parts.isPassing));
  app.setNotFoundHandler(async () => {
    throw new ApiError(404, 'RESOURCE_NOT_FOUND', 'There is nothing at this path; see /docs.');
  });
  addSecurityHeaders(app);
  measureRequests(app, parts.metrics);
  await addReference(app);
  probeRoutes(app, parts);
  await app.register(async (events: App) => {
    authenticate(events, 'events:write', parts.directory);
    limitBytes(events, parts.limits.mostBodyBytes, maxBodyBytes);
    eventRoutes(events, { ...parts, metrics: parts.ingestMetrics });
  });
  await app.register(async (recordings: App) => {
    authenticate(recordings, 'recordings:write', parts.directory);
    limitRequests(recordings, parts.limits.mostUploads);
    recordingRoutes(recordings, {
      ...parts,
      mostBytes: parts.limits.mostUploadBytes,
      idleTimeoutMs: parts.limits.idleTimeoutMs,
      uploaded: parts.ingestMetrics.uploaded,
    });
  });
  return app;
};

const createServer = ({ logger, limits, isPassing }: AppParts): App =>
  Fastify({
    loggerInstance: logger,
    // A line a request would say what the metrics say.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `req_${randomUUID()}`,
    bodyLimit: maxBodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    // Longer than an upload may be silent, so that it is told why it ends.
    connectionTimeout: limits.idleTimeoutMs * 2,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 300 },
    // Clients know both prefixes; the routes are the same.
    rewriteUrl: ({ url = '/' }) => (url.startsWith('/api/v1/') ? url.slice('/api'.length) : url),
    frameworkErrors: (error, request, reply) => {
      void createErrorHandler(isPassing)(error, request, reply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();
