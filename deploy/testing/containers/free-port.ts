import { portProblem } from '../../up/ports.ts';

/**
 * A port that nobody listens on now, below those that systems give to outgoing connections: one that a container which
 * starts again can have again.
 */
export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = lowest + Math.floor(Math.random() * ports);
    if ((await portProblem(port)) === null) return port;
  }
  throw new Error(`no free port from ${lowest} to ${lowest + ports - 1} in 100 tries`);
};

const lowest = 23_000;
const ports = 7000;
