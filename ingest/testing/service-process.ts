import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type ServiceProcess = {
  readonly url: string;
  /** Ends it and gives its exit code, null where a signal ended it. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
};

/** A service as a process of its own: `call` runs it, such as `runIngest()` of `module`. Resolves when it listens. */
export const startServiceProcess = async (
  module: URL,
  call: string,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', `(await import('${module.href}')).${call}`], {
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
  void exited.then(([code]) => reject(new Error(`${call} ended with ${code}:\n${last.join('\n')}`)));
  return {
    url: `http://127.0.0.1:${await port}`,
    end: async (signal) => {
      child.kill(signal);
      return (await exited)[0];
    },
  };
};
