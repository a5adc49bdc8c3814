import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../metrics.ts';
import { checkOf, probeRoutes } from './probe-routes.ts';
import { smallApp } from './testing/small-app.ts';

test('ready only while every part is, and each says how it is', async (t) => {
  const app = smallApp(t);
  let ready = true;
  const checks = {
    tables: checkOf(async () => true),
    spool: () => ({ ready, state: ready ? 'empty' : 'full' }),
  };
  probeRoutes(app, { metrics: createMetrics('test'), checks });
  const first = await app.inject('/readyz');
  assert.deepEqual([first.statusCode, first.json()], [200, { ready: true, checks: { tables: 'ok', spool: 'empty' } }]);
  ready = false;
  const second = await app.inject('/readyz');
  assert.deepEqual(
    [second.statusCode, second.json()],
    [503, { ready: false, checks: { tables: 'ok', spool: 'full' } }],
  );
  assert.deepEqual((await app.inject('/livez')).json(), { live: true });
  assert.match((await app.inject('/metrics')).body, /^process_cpu/m);
});

test('a part that says no, throws or hangs is failing', async () => {
  const failing = { ready: false, state: 'failing' };
  assert.deepEqual(await checkOf(async () => false)(), failing);
  assert.deepEqual(
    await checkOf(async () => {
      throw new Error('away');
    })(),
    failing,
  );
  assert.deepEqual(await checkOf(async () => new Promise<boolean>(() => undefined), 5)(), failing);
});
