import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics.ts';

/** What a part says of itself, and whether requests can be served with it as it is. */
export type Health = { readonly ready: boolean; readonly state: string };

export type Check = () => Health | Promise<Health>;

export type ProbeRoutes = { readonly metrics: Metrics; readonly checks: Readonly<Record<string, Check>> };

/** `/livez`, `/readyz` and `/metrics`. */
export const probeRoutes = (app: FastifyInstance, { metrics, checks }: ProbeRoutes): void => {
  const hidden = { schema: { hide: true } };
  app.get('/livez', hidden, async () => ({ live: true }));

  app.get('/readyz', hidden, async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await check()] as const),
    );
    const ready = results.every(([, health]) => health.ready);
    const states = Object.fromEntries(results.map(([name, { state }]) => [name, state]));
    return reply.code(ready ? 200 : 503).send({ ready, checks: states });
  });

  app.get('/metrics', hidden, async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
};

/** Asks a part that must answer yes. One that throws or hangs has failed: that is what it is asked for. */
export const checkOf =
  (ask: () => Promise<boolean>, timeoutMs = 2000): Check =>
  async () =>
    (await isYesInTime(ask, timeoutMs)) ? { ready: true, state: 'ok' } : { ready: false, state: 'failing' };

const isYesInTime = async (ask: () => Promise<boolean>, timeoutMs: number): Promise<boolean> => {
  const { promise: timeout, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, timeoutMs, false);
  try {
    return await Promise.race([ask(), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
};
