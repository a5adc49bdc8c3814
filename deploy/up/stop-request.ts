import process from 'node:process';

/** A terminal, make and npm each pass one Ctrl-C on: what comes this soon is the same one. */
const sameRequestMs = 500;

/** Resolves at the first request to stop; calls `atOnce` at a second one, made by somebody who will not wait. */
export const stopRequested = (atOnce: () => void): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const onSignal = (): void => {
    if (firstAt === null) {
      firstAt = performance.now();
      resolve();
    } else if (performance.now() - firstAt > sameRequestMs) atOnce();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return promise;
};
