import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngineProcess } from '../deploy/testing/engine-process.ts';
import { type ClickHouse, createClickHouse } from '../runtime/clickhouse.ts';
import { readConfig } from '../runtime/config.ts';
import { createLogger } from '../runtime/logger.ts';
import { clickhouseSettings } from '../runtime/settings.ts';
import { percentiles } from './support/percentiles.ts';
import { cpuSeconds } from './support/process-cost.ts';
import { type Measurement, progress } from './support/report.ts';

const warmUps = 200;
const requests = 2000;

const small = {
  'a select of one number': async (clickhouse) => clickhouse.query('SELECT 1 AS one'),
  '– of a parameter': async (clickhouse, number) => clickhouse.query('SELECT {number:UInt64} AS number', { number }),
} satisfies Record<string, (clickhouse: ClickHouse, number: number) => Promise<unknown>>;

/** The embedded ClickHouse alone, asked small things by Trunkline's client on the same machine. */
export const measureEmbeddedClickHouse = async (): Promise<Measurement[]> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'trunkline-bench-clickhouse-'));
  const [user, password] = ['bench', 'only-for-measuring'];
  const server = await startEngineProcess('clickhouse', {
    dataDir,
    env: { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password },
  });
  const clickhouse = createClickHouse(
    readConfig(clickhouseSettings, {
      TRUNKLINE_CLICKHOUSE_URL: `http://${server.host}:${server.port}`,
      TRUNKLINE_CLICKHOUSE_USER: user,
      TRUNKLINE_CLICKHOUSE_PASSWORD: password,
      TRUNKLINE_CLICKHOUSE_DATABASE: 'default',
    }),
    createLogger('bench', 'warn'),
  );
  const rows: Measurement[] = [];
  try {
    for (const [what, ask] of Object.entries(small)) {
      progress(`embedded-clickhouse: ${what} ...`);
      for (let number = 0; number < warmUps; number++) await ask(clickhouse, number);
      const before = cpuSeconds(server.pid);
      const elapsedMs: number[] = [];
      for (let number = 0; number < requests; number++) {
        const startedAt = performance.now();
        await ask(clickhouse, number);
        elapsedMs.push(performance.now() - startedAt);
      }
      const cpuMs = ((cpuSeconds(server.pid) - before) * 1000) / requests;
      const { p50, p99 } = percentiles(elapsedMs);
      rows.push({
        what: what.replace(/^a /, 'embedded ClickHouse: a '),
        figure: `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
        bar: 'none',
        how: `${requests} one after another by Trunkline's client; CPU of the engine's process: ${cpuMs.toFixed(1)} ms each`,
      });
    }
  } finally {
    await clickhouse.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return rows;
};
