import { join } from 'node:path';
import type { ChildSpec } from './child.ts';
import { openLogFile } from './log-file.ts';
import { supervise, type Supervised } from './supervisor.ts';
import { say, sayBack, sayDeath, step } from './terminal.ts';

const rotationIntervalMs = 10_000;

export type Fleet = {
  /** Starts processes side by side; resolves when all are ready. */
  start: (specs: readonly ChildSpec[]) => Promise<void>;
  /** Process id of everything that runs. */
  pids: () => Readonly<Record<string, number>>;
  /** Stops what was started last first; resolves to the names that had to be killed. */
  stop: (timeoutMs: number) => Promise<readonly string[]>;
  killAll: () => void;
};

/** All processes of an installation, in the order of their start. */
export const createFleet = (dataDir: string, onPidsChanged: () => void): Fleet => {
  const stages: Supervised[][] = [];
  const pids = new Map<string, number>();
  let stopping = false;
  const logs = new Set<ReturnType<typeof openLogFile>>();
  const rotation = setInterval(() => {
    for (const log of logs) log.rotateWhenLarge();
  }, rotationIntervalMs);

  const launch = (spec: ChildSpec): Supervised => {
    const log = openLogFile(join(dataDir, 'logs', `${spec.name}.log`));
    logs.add(log);
    return supervise(spec, log, {
      started: (name, pid) => {
        pids.set(name, pid);
        onPidsChanged();
      },
      died: sayDeath,
      back: sayBack,
    });
  };

  const stopStage = async (stage: readonly Supervised[], timeoutMs: number): Promise<readonly string[]> => {
    const ends = await Promise.all(stage.map(async (one) => ({ name: one.name, end: await one.stop(timeoutMs) })));
    return ends.filter(({ end }) => end === 'killed').map(({ name }) => name);
  };

  return {
    start: async (specs) => {
      if (stopping) throw new Error('the fleet is stopping');
      const stage = specs.map(launch);
      stages.push(stage);
      await Promise.all(stage.map((one) => step(one.name, () => one.ready)));
    },
    pids: () => Object.fromEntries(pids),
    stop: async (timeoutMs) => {
      stopping = true;
      clearInterval(rotation);
      const deadline = performance.now() + timeoutMs;
      const killed: string[] = [];
      for (const stage of stages.reverse()) {
        const left = Math.max(500, deadline - performance.now());
        killed.push(...(await stopStage(stage, left)));
        say(`  ${stage.map(({ name }) => name).join(', ')} stopped`);
      }
      for (const log of logs) log.close();
      return killed;
    },
    killAll: () => {
      for (const one of stages.flat()) one.kill();
    },
  };
};
