import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The broker's program. */
export const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export type BrokerProcess = {
  address: string;
  pid: number;
  /** Everything it logged, as parsed lines. */
  logs: Record<string, unknown>[];
  /** Ends it with the signal and gives its exit code (null when the signal killed it). */
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>;
};

/** Starts the broker as its users do and waits for its ready line. It ends with this process at the latest. */
export async function startBrokerProcess(folder: string, port = 0): Promise<BrokerProcess> {
  const child = spawn(process.execPath, [MAIN, '--data', folder, '--port', String(port), '--with-parent'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const logs: Record<string, unknown>[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(parsed(line)));
  const address = await readyAddress(child, logs);
  return {
    address,
    pid: child.pid as number,
    logs,
    end: async (signal) => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}

async function readyAddress(child: ChildProcess, logs: readonly object[]): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    const address = /^ready (\S+)$/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error(`the broker did not start: ${JSON.stringify(logs)}`);
}

function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line }; // not the logger's: a crash
  }
}
