/** Alerts and dashboard against what running processes say of themselves. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { until } from '../../runtime/testing/until.ts';
import { connectionEnvironment } from '../up/environment.ts';
import { portsFrom } from '../up/ports.ts';
import { freePort } from '../testing/containers/free-port.ts';
import {
  endInstallation,
  type Installation,
  newDataDir,
  runCommand,
  startInstallation,
} from '../testing/installation.ts';

/** What an expression asks for, as its process names it: the samples of a histogram are told under one name. */
const metricsOf = (text: string): Set<string> =>
  new Set(
    [...text.matchAll(/\b(?:trunkline|process|nodejs)_\w+/g)].map(([name]) => name.replace(/_(bucket|count|sum)$/, '')),
  );

const engines = new Set(['kafka', 'clickhouse', 's3']);

const told = async (port: number): Promise<string[]> => {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return [...(await response.text()).matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name as string);
};

suite('running processes tell every metric that is asked for', { timeout: 120_000 }, () => {
  const dataDir = newDataDir();
  const known = new Set<string>();
  let installation: Installation | undefined;
  before(async () => {
    installation = await startInstallation({ dataDir });
    const ports = Object.entries(portsFrom(installation.portBase)).flatMap(([name, one]) =>
      engines.has(name) ? [] : [one],
    );
    const port = await freePort();
    const source = runCommand(['source', 'esl'], {
      ...connectionEnvironment(installation.run()),
      TRUNKLINE_HTTP_PORT: String(port),
      TRUNKLINE_ESL_PASSWORD: 'never asked for',
      TRUNKLINE_SOURCE_API_KEY: installation.run().api_key,
      TRUNKLINE_SOURCE_STATE_DIR: join(dataDir, 'source'),
    });
    const isUp = async () => (await told(port).catch((): string[] => [])).includes('trunkline_source_connected');
    await Promise.race([until(isUp), source.ended.then(({ output }) => assert.fail(output))]);
    for (const one of [...ports, port]) for (const name of await told(one)) known.add(name);
    source.child.kill('SIGTERM');
    await source.ended;
  });
  after(async () => endInstallation(installation, dataDir));

  for (const file of ['alerts.yaml', 'dashboard.json']) {
    test(file, () => {
      const asked = metricsOf(readFileSync(new URL(file, import.meta.url), 'utf8'));
      assert.ok(asked.size > 5);
      assert.deepEqual(
        [...asked].filter((name) => !known.has(name)),
        [],
      );
    });
  }
});
