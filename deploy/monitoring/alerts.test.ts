import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('{runtime,ingest,processors,query-api}/**/*.ts', { cwd: root })
  .filter((file) => !/\.(test|integration)\.ts$/.test(file))
  .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
  .join('\n');
const alerts = readFileSync(new URL('alerts.yaml', import.meta.url), 'utf8')
  .split('- alert: ')
  .slice(1);

for (const alert of alerts) {
  test(`${alert.split('\n')[0]} asks for metrics that there are, and says what to do`, () => {
    const expression = /^ +expr: (.+)$/m.exec(alert)?.[1] ?? '';
    const metrics = [...expression.matchAll(/trunkline_(\w+)/g)].map(([, name = '']) => name);
    assert.ok(metrics.length > 0 || expression.startsWith('up{'), expression);
    for (const name of metrics)
      assert.match(sources, new RegExp(`'${name.replace(/_(count|sum|bucket)$/, '')}'`), name);
    assert.match(alert, /severity: (critical|warning) /);
    assert.match(alert, /^ +summary: ./m);
    assert.match(alert, /^ +action: ./m);
  });
}
