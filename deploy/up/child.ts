import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from './environment.ts';
import type { LogFile } from './log-file.ts';

const probeIntervalMs = 50;
const probeTimeoutMs = 2000;

/** How a child tells that it works: by the line `ready HOST:PORT` on standard output, by an answer 200, or not at all. */
export type Readiness = { kind: 'line' } | { kind: 'probe'; url: string } | { kind: 'started' };

export type ChildSpec = {
  name: string;
  /** Arguments of Node. */
  args: readonly string[];
  env: Environment;
  readiness: Readiness;
};

export type Child = {
  pid: number;
  /** How it ended, in words. */
  exited: Promise<string>;
  /** False where it ended before it was ready. */
  ready: Promise<boolean>;
  terminate: () => void;
  kill: () => void;
};

/**
 * Starts a process of its own group, so that a Ctrl-C reaches only its supervisor, with a pipe on standard input: it
 * stops by itself when that ends, however its supervisor ended.
 */
export const startChild = (spec: ChildSpec, log: LogFile): Child => {
  log.mark();
  const child = spawn(process.execPath, spec.args, {
    detached: true,
    env: { ...process.env, ...spec.env },
    stdio: ['pipe', spec.readiness.kind === 'line' ? 'pipe' : log.descriptor, log.descriptor],
  });
  const exited = endOf(child);
  // A pipe to a child that has died already is no error of ours.
  child.stdin?.on('error', () => {});
  if (child.pid === undefined) throw new Error(`cannot start ${spec.name}`);
  return {
    pid: child.pid,
    exited,
    ready: readyOf(spec.readiness, child, log, exited),
    terminate: () => void child.kill('SIGTERM'),
    kill: () => killGroup(child),
  };
};

const endOf = (child: ChildProcess): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  child.on('error', (error) => resolve(error.message));
  child.on('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  return promise;
};

const killGroup = (child: ChildProcess): void => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-(child.pid as number), 'SIGKILL');
};

const readyOf = async (
  readiness: Readiness,
  child: ChildProcess,
  log: LogFile,
  exited: Promise<string>,
): Promise<boolean> => {
  const ended = new AbortController();
  const untilEnd = exited.then(() => {
    ended.abort();
    return false;
  });
  switch (readiness.kind) {
    case 'started':
      return true;
    case 'line':
      return Promise.race([readyLine(child, log), untilEnd]);
    case 'probe':
      return probed(readiness.url, ended.signal);
  }
};

const readyLine = (child: ChildProcess, log: LogFile): Promise<boolean> => {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let text = '';
  let isReady = false;
  child.stdout?.on('data', (chunk: Buffer) => {
    log.append(chunk);
    if (isReady) return;
    text += chunk.toString('latin1');
    isReady = /^ready \S+:\d+$/m.test(text);
    if (isReady) resolve(true);
  });
  return promise;
};

const probed = async (url: string, ended: AbortSignal): Promise<boolean> => {
  while (!ended.aborted) {
    if (await answers(url)) return true;
    await delay(probeIntervalMs);
  }
  return false;
};

const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};
