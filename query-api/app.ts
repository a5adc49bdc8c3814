import type { FastifyBaseLogger, FastifyError } from 'fastify';
import { type App, createApp } from '../runtime/http/app.ts';
import { limitRequests } from '../runtime/http/load-limit.ts';
import { type Check, probeRoutes } from '../runtime/http/probe-routes.ts';
import { addReference } from '../runtime/http/reference.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { type KeyRoutes, keyRoutes } from './api-keys/key-routes.ts';
import { type CallRoutes, callRoutes } from './calls/call-routes.ts';
import { exportRoute, mostExports } from './calls/export-route.ts';
import { type ApiError, unavailable } from './http/api-error.ts';
import { authenticate, type KnownDirectory } from './http/authentication.ts';
import { reference } from './http/reference.ts';
import { type CompletenessRoute, completenessRoute } from './audit/completeness-route.ts';
import { type QuarantineRoutes, quarantineRoutes } from './quarantine/quarantine-routes.ts';
import { type RedriveManyRoute, redriveManyRoute } from './quarantine/redrive-many-route.ts';
import { type RedriveRoutes, redriveRoutes } from './quarantine/redrive-routes.ts';
import { type DownloadRoute, downloadRoute } from './recordings/download-route.ts';
import { type RecordingRoutes, recordingRoutes } from './recordings/recording-routes.ts';
import { type AgentStatsRoutes, agentStatsRoutes } from './statistics/agent-stats-routes.ts';
import { type QueueStatsRoutes, queueStatsRoutes } from './statistics/queue-stats-routes.ts';

export type AppParts = CallRoutes &
  RecordingRoutes &
  DownloadRoute &
  QuarantineRoutes &
  RedriveRoutes &
  RedriveManyRoute &
  QueueStatsRoutes &
  AgentStatsRoutes &
  CompletenessRoute &
  KeyRoutes & {
    readonly logger: FastifyBaseLogger;
    readonly metrics: Metrics;
    readonly directory: KnownDirectory;
    readonly checks: Readonly<Record<string, Check>>;
    readonly requestTimeoutMs: number;
    readonly maxRequests: number;
    readonly maxDownloads: number;
  };

/** The whole API over parts that read; it listens nowhere yet. */
export const buildApp = async (parts: AppParts): Promise<App> => {
  const app = createApp({
    logger: parts.logger,
    metrics: parts.metrics,
    limits: { bodyLimit: 64 * 1024, requestTimeout: 10_000, handlerTimeout: parts.requestTimeoutMs },
    tooLarge: 'The body is too large.',
    wrongType: 'Send the body as application/json.',
    stopping: () => unavailable('UNAVAILABLE', 'This process is about to end; try again.'),
    answerOf,
  });
  await addReference(app, reference);
  probeRoutes(app, parts);
  /** Routes for those who have a key, of which so many requests are served at once. */
  const serve = async (most: number, addRoutes: (api: App) => void): Promise<void> => {
    await app.register(async (api: App) => {
      limitRequests(api, most, overloaded);
      authenticate(api, parts.directory);
      addRoutes(api);
    });
  };
  await serve(parts.maxRequests, (api) => {
    callRoutes(api, parts);
    recordingRoutes(api, parts);
    quarantineRoutes(api, parts);
    redriveRoutes(api, parts);
    redriveManyRoute(api, parts);
    queueStatsRoutes(api, parts);
    agentStatsRoutes(api, parts);
    completenessRoute(api, parts);
    keyRoutes(api, parts);
  });
  // Streams last long: they have limits of their own, so that they never keep out the rest.
  await serve(parts.maxDownloads, (api) => downloadRoute(api, parts));
  await serve(mostExports, (api) => exportRoute(api, parts));
  return app;
};

const overloaded = (): ApiError => unavailable('OVERLOADED', 'Too many requests at once; try again.');

const answerOf = ({ code }: FastifyError): ApiError | null =>
  code === 'FST_ERR_HANDLER_TIMEOUT'
    ? unavailable('TIMEOUT', 'The answer took too long; ask for a shorter time range.')
    : null;
