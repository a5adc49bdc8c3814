import { queryError } from './errors.ts';

/** Gives back the lane; calling it twice does nothing. */
export type Release = () => void;

interface Waiter {
  readonly take: (release: Release) => void;
}

export interface Lanes {
  /** Waits for a lane, first come first served; refuses when the queue is full, rejects when the signal aborts. */
  enter(signal: AbortSignal): Promise<Release>;
}

/** A bounded number of things at once and a bounded queue before them. */
export function openLanes(count: number, queueLimit: number): Lanes {
  const queue = new Set<Waiter>();
  let running = 0;

  function lane(): Release {
    running += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      running -= 1;
      const [next] = queue;
      if (next === undefined) return;
      queue.delete(next);
      next.take(lane());
    };
  }

  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(queryError('cancelled', 'The client went away'));
      if (running < count) return Promise.resolve(lane());
      if (queue.size >= queueLimit) {
        return Promise.reject(queryError('tooManyQueries', `Too many simultaneous queries: ${queue.size} are waiting`));
      }
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          queue.delete(waiter);
          reject(queryError('cancelled', 'The client went away'));
        };
        const waiter: Waiter = {
          take(release) {
            signal.removeEventListener('abort', leave);
            resolve(release);
          },
        };
        signal.addEventListener('abort', leave, { once: true });
        queue.add(waiter);
      });
    },
  };
}
