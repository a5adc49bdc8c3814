import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

/** Counts and times requests by route, not by path: paths hold ids. */
export const measureRequests = (app: FastifyInstance, metrics: Metrics): void => {
  const durations = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer',
    labels: ['method', 'route', 'status'],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
};
