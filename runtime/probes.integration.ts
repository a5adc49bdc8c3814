import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';
import { type Readiness, startProbes } from './probes.ts';

test('probes tell of life, readiness and metrics', { timeout: 10_000 }, async () => {
  const metrics = createMetrics('calls');
  metrics.counter({ name: 'rows_total', help: 'rows' }).inc(2);
  let readiness: Readiness = { ready: false, checks: { kafka: 'joining' } };
  let live = true;
  const probes = await startProbes({ host: '127.0.0.1', port: 0, metrics, ready: () => readiness, live: () => live });
  const get = async (path: string): Promise<[number, string]> => {
    const answer = await fetch(`http://127.0.0.1:${probes.port}${path}`);
    return [answer.status, await answer.text()];
  };

  assert.deepEqual(await get('/livez'), [200, '{"live":true}']);
  assert.deepEqual(await get('/readyz?verbose'), [503, '{"ready":false,"checks":{"kafka":"joining"}}']);
  readiness = { ready: true, checks: { kafka: 'ok' } };
  live = false;
  assert.deepEqual(await get('/readyz'), [200, '{"ready":true,"checks":{"kafka":"ok"}}']);
  assert.deepEqual(await get('/livez'), [503, '{"live":false}']);
  assert.match((await get('/metrics'))[1], /^trunkline_rows_total\{service="calls"\} 2$/m);
  assert.equal((await get('/'))[0], 404);
  await probes.stop();
  await assert.rejects(fetch(`http://127.0.0.1:${probes.port}/livez`));
});

test('a port that is taken is an error of the start', { timeout: 10_000 }, async () => {
  const options = {
    host: '127.0.0.1',
    metrics: createMetrics('a'),
    ready: () => ({ ready: true, checks: {} }),
    live: () => true,
  };
  const first = await startProbes({ ...options, port: 0 });
  await assert.rejects(startProbes({ ...options, port: first.port }), { code: 'EADDRINUSE' });
  await first.stop();
});
