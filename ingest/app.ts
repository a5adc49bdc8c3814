import type { FastifyBaseLogger, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { type App, createApp } from '../runtime/http/app.ts';
import { limitRequests } from '../runtime/http/load-limit.ts';
import { type Check, probeRoutes } from '../runtime/http/probe-routes.ts';
import { addReference } from '../runtime/http/reference.ts';
import { validatorCompiler } from '../runtime/http/validation.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { unavailable } from './http/api-error.ts';
import { authenticate, type KnownDirectory } from './http/authentication.ts';
import { refuseEncodedBodies } from './http/content-encoding.ts';
import { limitBytes } from './http/byte-limit.ts';
import { answersOf, type IsPassing } from './http/error-answers.ts';
import { EventSchema } from './http/event-route-schemas.ts';
import { eventRoutes } from './http/event-routes.ts';
import { maxBodyBytes } from './http/record-bodies.ts';
import { recordingRoutes } from './http/recording-routes.ts';
import { reference } from './http/reference.ts';
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
  app.setValidatorCompiler(checkParameters);
  // Here, not beside its route: a scope with schemas of its own would check bodies by Fastify's compiler again.
  app.addSchema(EventSchema);
  await addReference(app, reference);
  probeRoutes(app, parts);
  await app.register(async (events: App) => {
    authenticate(events, 'events:write', parts.directory);
    refuseEncodedBodies(events);
    limitBytes(events, parts.limits.mostBodyBytes, maxBodyBytes);
    eventRoutes(events, { ...parts, metrics: parts.ingestMetrics });
  });
  await app.register(async (recordings: App) => {
    authenticate(recordings, 'recordings:write', parts.directory);
    refuseEncodedBodies(recordings);
    limitRequests(recordings, parts.limits.mostUploads, () => unavailable('Too many uploads at once; try again.', 1));
    recordingRoutes(recordings, {
      ...parts,
      mostBytes: parts.limits.mostUploadBytes,
      idleTimeoutMs: parts.limits.idleTimeoutMs,
      uploaded: parts.ingestMetrics.uploaded,
    });
  });
  return app;
};

const createServer = ({ logger, metrics, limits, isPassing }: AppParts): App =>
  createApp({
    logger,
    metrics,
    limits: {
      bodyLimit: maxBodyBytes,
      requestTimeout: limits.requestTimeoutMs,
      // Longer than an upload may be silent, so that it is told why it ends.
      connectionTimeout: limits.idleTimeoutMs * 2,
      keepAliveTimeout: 65_000,
      http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
    },
    tooLarge: 'The body is larger than 10 MiB; send fewer records at once.',
    wrongType: 'This content type is not taken here; see /docs.',
    stopping: () => unavailable('This process is about to end; send it again.', 1),
    answerOf: answersOf(isPassing),
  });

/** Bodies are judged record by record, so their schemas only document them. */
const checkParameters: FastifySchemaCompiler<TSchema> = (route) =>
  route.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(route);
