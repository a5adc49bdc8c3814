import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLagTracker } from './kafka-lag.ts';
import { createMetrics } from './metrics.ts';

test('lag is what lies between the next record to handle and the end, for assigned partitions only', async () => {
  const metrics = createMetrics('test');
  const gauge = metrics.gauge({ name: 'lag', help: 'lag', labels: ['group', 'topic', 'partition'] });
  const lag = createLagTracker(gauge, 'g');
  lag.assign([
    { topic: 't', partition: 0 },
    { topic: 't', partition: 1 },
  ]);
  lag.at({ topic: 't', partition: 1, highWatermark: '9007199254740999', next: '9007199254740990' });
  lag.at({ topic: 't', partition: 7, highWatermark: '10', next: '0' });
  assert.deepEqual(lag.read(), [
    { topic: 't', partition: 0, records: 0 },
    { topic: 't', partition: 1, records: 9 },
  ]);
  lag.assign([{ topic: 't', partition: 1 }]);
  assert.deepEqual(lag.read(), [{ topic: 't', partition: 1, records: 0 }]);
  assert.doesNotMatch(await metrics.registry.metrics(), /partition="0"/);
});
