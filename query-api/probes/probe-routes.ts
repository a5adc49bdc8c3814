import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../runtime/metrics.ts';

export type Check = () => Promise<boolean>;

export type ProbeRoutes = { readonly metrics: Metrics; readonly checks: Readonly<Record<string, Check>> };

const checkTimeoutMs = 2000;

/** `/livez`, `/readyz` and `/metrics`. */
export const probeRoutes = (app: FastifyInstance, { metrics, checks }: ProbeRoutes): void => {
  const hidden = { schema: { hide: true } };
  app.get('/livez', hidden, async () => ({ live: true }));

  app.get('/readyz', hidden, async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, (await inTime(check)) ? 'ok' : 'failing'] as const),
    );
    const ready = results.every(([, result]) => result === 'ok');
    return reply.code(ready ? 200 : 503).send({ ready, checks: Object.fromEntries(results) });
  });

  app.get('/metrics', hidden, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
};

/** A check that throws or hangs has failed: that is what it is asked for. */
const inTime = async (check: Check): Promise<boolean> => {
  const { promise: timeout, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, checkTimeoutMs, false);
  try {
    return await Promise.race([check(), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
};
