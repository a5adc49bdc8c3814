/** A terminal, make, npm and a service manager each pass one request on: what comes this soon is the same one. */
const sameRequestMs = 200;

/** Calls `first` at the first request to stop, `again` at a second one, made by somebody who will not wait. */
export function onStopRequest(first: (signal: NodeJS.Signals) => void, again: () => void): void {
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      first(signal);
    } else if (performance.now() - firstAt > sameRequestMs) again();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
}
