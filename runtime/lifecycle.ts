import { ConfigError } from './config.ts';
import { createLogger, type Logger } from './logger.ts';
import { onStopRequest } from './stop-request.ts';

const wrongSettings = 2;

type Stop = () => Promise<void> | void;

/** What a service hands its resources to: they are stopped in the reverse order of their start. */
export type Owner = {
  /** Registers how to stop something that was just started. */
  stop(name: string, stop: Stop): void;
  /** Aborted when stopping begins. */
  readonly signal: AbortSignal;
  /** Stops the service because of an error it cannot work with; the process exits with 1. */
  fail(error: unknown): void;
};

export type ServiceOptions = {
  readonly logger?: Logger;
  /** How long all stops together may take before the process exits without them. */
  readonly stopTimeoutMs?: number;
};

/**
 * Runs a process: starts it, then stops what it owns on SIGTERM, SIGINT or SIGHUP. Exit code 0 after a clean stop, 1 when the
 * start, a stop or anything unhandled fails, 2 when settings are wrong. A second signal exits at once.
 */
export async function runService(
  name: string,
  start: (own: Owner) => Promise<void>,
  { logger = createLogger(name), stopTimeoutMs = 10_000 }: ServiceOptions = {},
): Promise<void> {
  const owned = createOwned(logger);
  const aborted = new AbortController();
  let exitCode = 0;
  let stopping: Promise<void> | undefined;

  const stop = (): Promise<void> => {
    stopping ??= stopAll().finally(() => process.exit(exitCode));
    return stopping;
  };
  const stopAll = async (): Promise<void> => {
    aborted.abort(new Error(`${name} is stopping`));
    const inTime = await owned.stopAll(stopTimeoutMs);
    if (!inTime) exitCode = 1;
    if (exitCode !== wrongSettings) logger.info({ exitCode }, 'stopped');
  };
  const fail = (error: unknown): void => {
    exitCode = error instanceof ConfigError ? wrongSettings : 1;
    // Whoever wrote the settings reads this, not whoever watches the log.
    if (error instanceof ConfigError) process.stderr.write(`${name}: wrong settings:\n${error.message}\n`);
    else logger.fatal({ err: error }, error instanceof Error ? error.message : String(error));
    void stop();
  };
  onStopRequest(
    (signal) => {
      logger.info({ signal }, 'stopping');
      void stop();
    },
    () => process.exit(1),
  );
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  try {
    await start({ stop: owned.add, signal: aborted.signal, fail });
    if (stopping === undefined) logger.info('started');
  } catch (error) {
    // A start that was interrupted by a signal fails because of it: that is a clean stop.
    if (stopping === undefined) fail(error);
  }
}

/** Ends the process as SIGTERM would when whoever started it goes away: standard input, a pipe from it, then ends. */
export function stopWithParent(): void {
  const stop = (): void => {
    process.stdin.off('end', stop).off('close', stop).off('error', stop);
    process.kill(process.pid, 'SIGTERM');
  };
  process.stdin.on('end', stop).on('close', stop).on('error', stop).resume();
}

/** The list of what must be stopped; what is added after stopping began is stopped as well. */
export function createOwned(logger: Logger): {
  add: (name: string, stop: Stop) => void;
  stopAll: (timeoutMs: number) => Promise<boolean>;
} {
  const entries: { readonly name: string; readonly stop: Stop }[] = [];
  let clean = true;
  let stopping = false;

  async function stopOne({ name, stop }: { readonly name: string; readonly stop: Stop }): Promise<void> {
    try {
      await stop();
      logger.debug({ resource: name }, 'stopped a resource');
    } catch (error) {
      clean = false;
      logger.error({ err: error, resource: name }, 'could not stop a resource');
    }
  }

  async function stopInReverse(): Promise<void> {
    for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) await stopOne(entry);
  }

  return {
    add: (name, stop) => {
      if (stopping) void stopOne({ name, stop });
      else entries.push({ name, stop });
    },
    stopAll: async (timeoutMs) => {
      stopping = true;
      const { promise: timeout, resolve } = Promise.withResolvers<'timeout'>();
      const timer = setTimeout(resolve, timeoutMs, 'timeout');
      const ended = await Promise.race([stopInReverse(), timeout]);
      clearTimeout(timer);
      if (ended === 'timeout') logger.error({ left: entries.map(({ name }) => name) }, 'stopping took too long');
      return clean && ended !== 'timeout';
    },
  };
}
