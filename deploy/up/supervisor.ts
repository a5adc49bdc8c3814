import { setTimeout as delay } from 'node:timers/promises';
import { CommandError } from '../cli/command-error.ts';
import { restartDelayMs } from './back-off.ts';
import { type Child, type ChildSpec, startChild } from './child.ts';
import type { LogFile } from './log-file.ts';
import { readableLogLine } from './log-line.ts';

const lastWords = 20;
const deathsBeforeReady = 3;

export type SupervisorEvents = {
  started: (name: string, pid: number) => void;
  died: (death: Death) => void;
  back: (name: string, pid: number, tookMs: number) => void;
};

export type Death = { name: string; pid: number; how: string; lastWords: readonly string[]; restartInMs: number };

export type Supervised = {
  name: string;
  /** When it is ready for the first time; rejects with its last words where it dies too often before. */
  ready: Promise<void>;
  /** Asks it to end, and kills it when the time is over; tells whether that was needed. */
  stop: (timeoutMs: number) => Promise<'stopped' | 'killed'>;
  kill: () => void;
};

/** Keeps a child running: one that dies is started again, after a wait that grows. */
export const supervise = (spec: ChildSpec, log: LogFile, events: SupervisorEvents): Supervised => {
  const stopping = new AbortController();
  const firstReady = Promise.withResolvers<void>();
  let child: Child | null = null;
  let wasReady = false;
  let deaths = 0;

  const noteReady = async (current: Child, startedAt: number): Promise<void> => {
    if (!(await current.ready)) return;
    if (wasReady) events.back(spec.name, current.pid, performance.now() - startedAt);
    wasReady = true;
    firstReady.resolve();
  };

  const runOnce = async (): Promise<{ how: string; pid: number }> => {
    const startedAt = performance.now();
    const current = startChild(spec, log);
    child = current;
    events.started(spec.name, current.pid);
    void noteReady(current, startedAt);
    const how = await current.exited;
    child = null;
    return { how, pid: current.pid };
  };

  const run = async (): Promise<void> => {
    let delayMs: number | null = null;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      const { how, pid } = await runOnce();
      if (stopping.signal.aborted) return;
      const words = log.lastLines(lastWords).map(readableLogLine);
      deaths += 1;
      if (!wasReady && deaths === deathsBeforeReady) return firstReady.reject(neverStarted(spec.name, how, words));
      delayMs = restartDelayMs(delayMs, performance.now() - startedAt);
      events.died({ name: spec.name, pid, how, lastWords: words, restartInMs: delayMs });
      // An abort ends the wait, and the loop.
      await delay(delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };

  const running = run();
  // Whoever waits for it hears of a failure; nobody may.
  firstReady.promise.catch(() => {});

  return {
    name: spec.name,
    ready: firstReady.promise,
    stop: async (timeoutMs) => {
      stopping.abort();
      child?.terminate();
      if (await endsWithin(timeoutMs, running)) return 'stopped';
      child?.kill();
      await running;
      return 'killed';
    },
    kill: () => {
      stopping.abort();
      child?.kill();
    },
  };
};

const neverStarted = (name: string, how: string, words: readonly string[]): CommandError =>
  new CommandError(
    `${name} does not start (${how}); its last words:\n${words.map((line) => `  | ${line}`).join('\n')}`,
  );

const endsWithin = async (timeoutMs: number, running: Promise<void>): Promise<boolean> => {
  const ended = new AbortController();
  const tooLong = delay(timeoutMs, false, { signal: ended.signal }).catch(() => true);
  try {
    return await Promise.race([running.then(() => true), tooLong]);
  } finally {
    ended.abort();
  }
};
