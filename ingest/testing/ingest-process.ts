import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const entry = new URL('../service.ts', import.meta.url).href;

export type IngestProcess = {
  url: string;
  /** Ends it and gives its exit code, null where a signal ended it. */
  end: (signal: NodeJS.Signals) => Promise<number | null>;
};

/** Ingest as a process of its own; resolves when it listens. */
export const startIngestProcess = async (env: Readonly<Record<string, string>>): Promise<IngestProcess> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `(await import('${entry}')).runIngest()`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TRUNKLINE_HTTP_PORT: '0', ...env },
  });
  const { promise: port, resolve, reject } = Promise.withResolvers<number>();
  const last: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    last.push(line);
    if (last.length > 20) last.shift();
    const listening = /"port":(\d+).*"msg":"listening"/.exec(line);
    if (listening !== null) resolve(Number(listening[1]));
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  void exited.then(([code]) => reject(new Error(`ingest ended with ${code}:\n${last.join('\n')}`)));
  return {
    url: `http://127.0.0.1:${await port}`,
    end: async (signal) => {
      child.kill(signal);
      return (await exited)[0];
    },
  };
};
