import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../../runtime/testing/until.ts';
import { createRandom, type Random } from '../../demo/random.ts';
import { type Installation, isAlive, runCommand } from '../installation.ts';

export type Mischief = {
  /** How often each thing was done. */
  readonly done: () => Readonly<Record<string, number>>;
  /** Ends it, with everything running again. */
  readonly stop: () => Promise<void>;
};

type Trick = (installation: Installation, random: Random, signal: AbortSignal) => Promise<string>;

const mostAtOnce = 3;

/** Long enough for a broker to give a silent processor's partitions to another, which it then has to find out. */
const zombieMs = 50_000;

const processesOf = (installation: Installation): string[] => Object.keys(installation.run().processes);

/** Another trick may have ended the process meanwhile. */
const send = (pid: number, signal: NodeJS.Signals): void => {
  if (isAlive(pid)) process.kill(pid, signal);
};

/** Whatever is killed is started again by its supervisor. */
const kill: Trick = async (installation, random) => {
  const victim = random.pick(processesOf(installation));
  const pid = installation.run().processes[victim] as number;
  send(pid, 'SIGKILL');
  await until(() => installation.run().processes[victim] !== pid);
  return `kill -9 of ${victim}`;
};

/** A process stands still and goes on, knowing nothing of it. */
const freeze =
  (ms: number): Trick =>
  async (installation, random, signal) => {
    const victims = processesOf(installation).filter((name) => name.startsWith('processor-'));
    const victim = random.pick(victims);
    const pid = installation.run().processes[victim] as number;
    send(pid, 'SIGSTOP');
    await delay(ms, undefined, { signal }).catch(() => undefined);
    send(pid, 'SIGCONT');
    return ms === zombieMs ? 'zombie' : 'standstill';
  };

/** One more calls processor comes and goes: the group is shared out anew each time. */
const join: Trick = async (installation, random, signal) => {
  const extra = runCommand(['processor', 'calls', '--data', installation.dataDir]);
  await delay(random.integer(4000, 12_000), undefined, { signal }).catch(() => undefined);
  extra.child.kill(random.pick(['SIGTERM', 'SIGKILL'] as const));
  await extra.ended;
  return 'processor joined and left';
};

const tricks: Readonly<Record<'kill' | 'standstill' | 'zombie' | 'join', Trick>> = {
  kill,
  standstill: freeze(3000),
  zombie: freeze(zombieMs),
  join,
};

/** Does harm at random, a seed decides which, until it is stopped. */
export const startMischief = (installation: Installation, seed: string): Mischief => {
  const random = createRandom(`${seed}/mischief`);
  const enough = new AbortController();
  const done: Record<string, number> = {};
  const play = async (trick: Trick): Promise<void> => {
    const what = await trick(installation, random, enough.signal);
    done[what] = (done[what] ?? 0) + 1;
  };
  const run = async (): Promise<void> => {
    const slow = new Set<Promise<unknown>>();
    while (!enough.signal.aborted) {
      await delay(random.integer(300, 2500), undefined, { signal: enough.signal }).catch(() => undefined);
      const name = random.weighted({ kill: 80, standstill: 10, join: 8, zombie: 2 });
      const playing = play(tricks[name]);
      // What takes its time goes on while others are played.
      if (name === 'kill' || slow.size >= mostAtOnce) await playing;
      else {
        const ended: Promise<unknown> = playing.finally(() => slow.delete(ended));
        slow.add(ended);
      }
    }
    await Promise.all(slow);
  };
  const running = run();
  return {
    done: () => done,
    stop: async () => {
      enough.abort();
      await running;
    },
  };
};
