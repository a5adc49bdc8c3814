import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../runtime/metrics.ts';

/** What a part says of itself; only what makes accepting impossible is not ready. */
export type Check = () => { ready: boolean; state: string };

export type Probes = { metrics: Metrics; checks: Readonly<Record<string, Check>> };

export const probeRoutes = (app: FastifyInstance, { metrics, checks }: Probes): void => {
  app.get('/livez', { schema: { hide: true } }, async () => ({ live: true }));
  app.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const results = Object.entries(checks).map(([name, check]) => [name, check()] as const);
    const ready = results.every(([, result]) => result.ready);
    reply.code(ready ? 200 : 503);
    return { ready, checks: Object.fromEntries(results.map(([name, { state }]) => [name, state])) };
  });
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
};
