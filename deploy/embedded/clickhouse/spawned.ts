import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** An embedded ClickHouse in a process of its own, for tests and benchmarks. */
export interface Spawned {
  readonly url: string;
  readonly process: ChildProcess;
  /** The exit code to come, `null` when killed. */
  readonly exited: Promise<number | null>;
  /** Sends the signal and waits for the exit. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export const USER = 'trunkline';
export const PASSWORD = 'only-for-tests';

/** The process on that directory, serving; its log goes to our standard error. */
export async function spawnEmbedded(data: string, env: Readonly<Record<string, string>> = {}): Promise<Spawned> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--data', data, '--port', '0', '--with-parent'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, LOG_LEVEL: 'warn', ...env, CLICKHOUSE_USER: USER, CLICKHOUSE_PASSWORD: PASSWORD },
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  const line = once(child.stdout, 'data').then(([chunk]) => String(chunk));
  const failed = exited.then((code) => Promise.reject(new Error(`The embedded ClickHouse exited with ${code}`)));
  const ready = await Promise.race([line, failed]);
  failed.catch(() => undefined);
  return {
    url: `http://${ready.trim().replace(/^ready /, '')}`,
    process: child,
    exited,
    stop(signal) {
      child.kill(signal);
      return exited;
    },
  };
}
