import { setImmediate as turn } from 'node:timers/promises';
import type { Random } from './random.ts';

type Waiting = { readonly owner: object; readonly resume: () => void; readonly fail: (error: Error) => void };

/**
 * Holds every asynchronous step of the processes under test until it is chosen, so that a seed decides the order of
 * everything and a process can stop for ever at any step.
 */
export type Scheduler = {
  /** Resolves when this step of the owner is chosen; rejects when it is chosen to fail; never, once the owner is dead. */
  readonly step: (owner: object) => Promise<void>;
  /** Lets one waiting step go on, or with `percent` chance fail; false when none waits. */
  readonly advance: (failPercent: number) => Promise<boolean>;
  /** The owner never takes another step: kill -9. */
  readonly kill: (owner: object) => void;
  readonly steps: () => number;
};

export const createScheduler = (random: Random): Scheduler => {
  let waiting: Waiting[] = [];
  let steps = 0;
  const dead = new WeakSet<object>();
  return {
    step: async (owner) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (!dead.has(owner)) waiting.push({ owner, resume: resolve, fail: reject });
      return promise;
    },
    advance: async (failPercent) => {
      const chosen = waiting.splice(random.next(Math.max(1, waiting.length)), 1)[0];
      if (chosen === undefined) return false;
      steps += 1;
      if (failPercent > 0 && random.chance(failPercent)) chosen.fail(new Error('trouble'));
      else chosen.resume();
      // All that follows from this step happens before the next is chosen.
      await turn();
      return true;
    },
    kill: (owner) => {
      dead.add(owner);
      waiting = waiting.filter((one) => one.owner !== owner);
    },
    steps: () => steps,
  };
};
