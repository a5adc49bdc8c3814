import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from './metrics.ts';

test('metrics carry the service and Node’s own are there', async () => {
  const metrics = createMetrics('calls');
  metrics.counter({ name: 'rows_total', help: 'rows', labels: ['table'] }).inc({ table: 'calls' }, 3);
  const text = await metrics.registry.metrics();
  assert.match(text, /^trunkline_rows_total\{table="calls",service="calls"\} 3$/m);
  assert.match(text, /^process_cpu_seconds_total\{service="calls"\}/m);
});

test('asking for a name again gives the same metric; registries are apart', () => {
  const metrics = createMetrics('a');
  assert.equal(metrics.gauge({ name: 'g', help: 'h' }), metrics.gauge({ name: 'g', help: 'h' }));
  assert.equal(metrics.histogram({ name: 'h', help: 'h' }), metrics.histogram({ name: 'h', help: 'h' }));
  assert.notEqual(metrics.gauge({ name: 'g', help: 'h' }), createMetrics('b').gauge({ name: 'g', help: 'h' }));
});
