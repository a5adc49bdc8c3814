import { createServer } from 'node:net';
import { CommandError } from '../cli/command-error.ts';

/** Who listens where, counted from the port base. */
const offsets = {
  api: 0,
  ingest: 1,
  kafka: 2,
  clickhouse: 3,
  s3: 4,
  'processor-calls': 5,
  'processor-recordings': 6,
  'processor-quarantine': 7,
  'processor-closing': 8,
  'processor-redrive': 9,
  'processor-notifications': 10,
  'processor-agents': 11,
  'processor-completeness': 12,
} as const;

export type PortName = keyof typeof offsets;
export type Ports = Readonly<Record<PortName, number>>;

export const host = '127.0.0.1';

export const portsFrom = (base: number): Ports =>
  Object.fromEntries(Object.entries(offsets).map(([name, offset]) => [name, base + offset])) as Ports;

/** Throws a `CommandError` that names the ports that someone else listens on. */
export const checkPortsFree = async (ports: Ports): Promise<void> => {
  const checks = Object.entries(ports).map(async ([name, port]) => ({ name, port, problem: await portProblem(port) }));
  const busy = (await Promise.all(checks)).filter(({ problem }) => problem !== null);
  if (busy.length === 0) return;
  const list = busy.map(({ name, port, problem }) => `  port ${port} (${name}): ${problem}`).join('\n');
  throw new CommandError(`cannot listen:\n${list}\nChoose other ports with --port-base.`);
};

/** Why nobody can listen on a port of this machine now; null when one can. */
export const portProblem = (port: number): Promise<string | null> => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) =>
    resolve(error.code === 'EADDRINUSE' ? 'in use by another process' : error.message),
  );
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  return promise;
};
