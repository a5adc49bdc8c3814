import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkPortsFree, portsFrom } from '../up/ports.ts';
import type { RunFile } from '../up/run-file.ts';

const presentCommandLine = fileURLToPath(new URL('../cli/trunkline.mjs', import.meta.url));

export type Ended = { code: number | null; signal: NodeJS.Signals | null; output: string };

/** A run of the command line: what it printed and how it ended. */
export const runCommand = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  commandLine: string = presentCommandLine,
): { child: ChildProcess; output: () => string; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [commandLine, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  child.on('close', (code, signal) => resolve({ code, signal, output }));
  return { child, output: () => output, ended };
};

/** A `trunkline up` of a test. */
export type Installation = {
  dataDir: string;
  portBase: number;
  pid: number;
  /** The run file as it is now. */
  run: () => RunFile;
  output: () => string;
  ended: Promise<Ended>;
  kill: (signal: NodeJS.Signals) => void;
};

export const newDataDir = (): string => mkdtempSync(join(tmpdir(), 'trunkline-up-'));

/** Removes a data folder once nothing runs on it. */
export const removeDataDir = (dataDir: string): void =>
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

const firstBase = Number(process.env['TRUNKLINE_TEST_PORT_BASE'] ?? 21_000);
const bases = 900;

/** Enough free ports in a row, below those that systems give to outgoing connections. */
export const freePortBase = async (): Promise<number> => {
  for (let tries = 0; tries < 50; tries++) {
    const base = firstBase + Math.floor(Math.random() * bases);
    const isFree = await checkPortsFree(portsFrom(base)).then(
      () => true,
      () => false,
    );
    if (isFree) return base;
  }
  throw new Error(`not enough free ports in a row from ${firstBase} on`);
};

export type StartOptions = {
  dataDir: string;
  portBase?: number;
  demo?: boolean;
  env?: Readonly<Record<string, string>>;
  /** Of another version of Trunkline. */
  commandLine?: string;
};

/** Starts `trunkline up` and waits until it has written its run file. */
export const startInstallation = async (options: StartOptions): Promise<Installation> => {
  const { dataDir, demo = false } = options;
  const portBase = options.portBase ?? (await freePortBase());
  const args = ['up', '--data', dataDir, '--port-base', String(portBase), ...(demo ? ['--demo'] : [])];
  const { child, output, ended } = runCommand(args, options.env, options.commandLine);
  const run = (): RunFile => JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile;
  let hasEnded = false;
  void ended.finally(() => {
    hasEnded = true;
  });
  // A run file may be left from one that was killed, so what it prints tells.
  while (!output().includes('Trunkline is ready')) {
    if (hasEnded) throw new Error(`up ended before it was ready:\n${output()}`);
    await delay(50);
  }
  return { dataDir, portBase, pid: child.pid as number, run, output, ended, kill: (signal) => void child.kill(signal) };
};

/** Stops an installation, if it came up, and removes its data. */
export const endInstallation = async (installation: Installation | undefined, dataDir: string): Promise<void> => {
  installation?.kill('SIGTERM');
  await installation?.ended;
  removeDataDir(dataDir);
};

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
