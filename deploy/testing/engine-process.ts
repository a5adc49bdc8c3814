import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type EngineProcess = {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it as an operator would, and waits. */
  readonly stop: () => Promise<void>;
  /** Ends it as a crash would, and waits. */
  readonly kill: () => Promise<void>;
};

export type EngineOptions = {
  readonly dataDir: string;
  /** 0 takes a free port. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
};

const startTimeoutMs = 30_000;

/** Starts an embedded engine as a child process that ends with us; resolves when it says that it is ready. */
export async function startEngineProcess(
  engine: 'kafka' | 'clickhouse' | 's3',
  { dataDir, port = 0, env = {} }: EngineOptions,
): Promise<EngineProcess> {
  const main = fileURLToPath(new URL(`../embedded/${engine}/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main, '--data', dataDir, '--port', String(port), '--with-parent'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const { host, port: listening } = await readyAddress(engine, child);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    host,
    port: listening,
    pid: child.pid ?? 0,
    stop: async () => end('SIGTERM'),
    kill: async () => end('SIGKILL'),
  };
}

async function readyAddress(engine: string, child: ChildProcess): Promise<{ host: string; port: number }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ host: string; port: number }>();
  let errors = '';
  const fail = (reason: string): void => {
    reject(new Error(`the embedded ${engine} ${reason}\n${errors}`));
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  child.once('error', (error) => fail(`could not be started: ${error.message}`));
  child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const ready = /^ready (.+):(\d+)$/.exec(line);
      if (ready !== null) resolve({ host: String(ready[1]), port: Number(ready[2]) });
    });
  }
  const timer = setTimeout(() => {
    fail('was not ready in time');
    child.kill('SIGKILL');
  }, startTimeoutMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
