import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClickHouse, type ClickHouse } from '../../runtime/clickhouse.ts';
import { readConfig } from '../../runtime/config.ts';
import { createKafka, createPublisher, type Publisher } from '../../runtime/kafka.ts';
import { createLogger } from '../../runtime/logger.ts';
import { clickhouseSettings, kafkaSettings } from '../../runtime/settings.ts';
import { cpuSeconds, residentMiB } from './process-cost.ts';

type Run = {
  api: string;
  ingest: string;
  api_key: string;
  kafka: string;
  clickhouse: { url: string; username: string; password: string; database: string };
  processes: Readonly<Record<string, number>>;
};

/** A whole Trunkline. */
export type Installation = {
  /** Null where its engines are in containers. */
  dataDir: string | null;
  run: Run;
  clickhouse: ClickHouse;
  publisher: () => Promise<Publisher>;
  /** CPU time that each process has used, user and system, seconds. */
  cpuSeconds: () => Readonly<Record<string, number>>;
  /** Resident memory of each process, MiB. */
  residentMiB: () => Readonly<Record<string, number>>;
  stop: () => Promise<void>;
};

const commandLine = fileURLToPath(new URL('../../deploy/cli/trunkline.mjs', import.meta.url));

/** On a new data folder, as `trunkline up` starts it. */
export const startInstallation = async (portBase: number): Promise<Installation> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'trunkline-bench-'));
  const up = spawn(process.execPath, [commandLine, 'up', '--data', dataDir, '--port-base', String(portBase)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => up.once('exit', () => resolve()));
  const run = await runFile(join(dataDir, 'run.json'), () => up.exitCode !== null);
  return connected(run, run.processes, dataDir, async () => {
    up.kill('SIGTERM');
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  });
};

/** Connects to a Trunkline that runs; `processes` are those of which the cost is told. */
export const connected = (
  run: Run,
  processes: Readonly<Record<string, number>>,
  dataDir: string | null,
  stop: () => Promise<void>,
): Installation => {
  const logger = createLogger('bench', 'warn');
  const clickhouse = createClickHouse(
    readConfig(clickhouseSettings, {
      TRUNKLINE_CLICKHOUSE_URL: run.clickhouse.url,
      TRUNKLINE_CLICKHOUSE_USER: run.clickhouse.username,
      TRUNKLINE_CLICKHOUSE_PASSWORD: run.clickhouse.password,
      TRUNKLINE_CLICKHOUSE_DATABASE: run.clickhouse.database,
    }),
    logger,
  );
  const kafka = createKafka(readConfig(kafkaSettings, { TRUNKLINE_KAFKA_BROKERS: run.kafka }), logger);
  const ofEach = (cost: (pid: number) => number): Record<string, number> =>
    Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cost(pid)]));
  return {
    dataDir,
    run,
    clickhouse,
    publisher: () => createPublisher(kafka),
    cpuSeconds: () => ofEach(cpuSeconds),
    residentMiB: () => ofEach(residentMiB),
    stop: async () => {
      await clickhouse.close();
      await stop();
    },
  };
};

const runFile = async (path: string, hasFailed: () => boolean): Promise<Run> => {
  for (;;) {
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as Run;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    if (hasFailed()) throw new Error('trunkline up ended before it was ready');
    await pause(100);
  }
};

/** Resolves when so many calls of a tenant are ended in `calls`. */
export const caughtUp = async ({ clickhouse }: Installation, tenant: string, calls: number): Promise<void> => {
  const query = `SELECT count() AS n FROM calls FINAL WHERE tenant_id = {tenant:String} AND state = 'ended'`;
  for (;;) {
    const [row] = await clickhouse.query<{ n: string }>(query, { tenant });
    if (Number(row?.n) >= calls) return;
    await pause(500);
  }
};
