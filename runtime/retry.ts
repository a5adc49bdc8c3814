import { setTimeout as delay } from 'node:timers/promises';

export type RetryOptions = {
  /** How often the operation is tried in all; without it, until it succeeds or the signal aborts. */
  readonly attempts?: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  readonly signal?: AbortSignal;
  readonly isRetryable: (error: unknown) => boolean;
  readonly onRetry?: (error: unknown, attempt: number, delayMs: number) => void;
};

/**
 * Runs the operation until it succeeds; between tries waits a random time of up to `baseDelayMs` · 2ⁿ, at most
 * `maxDelayMs` (full jitter). Throws the last error when it is not retryable or tries are used up, the signal's reason
 * when it aborts.
 */
export async function retry<Result>(
  operation: (attempt: number) => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const attempts = options.attempts ?? Number.POSITIVE_INFINITY;
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    try {
      return await operation(attempt);
    } catch (error) {
      if (attempt >= attempts || !options.isRetryable(error)) throw error;
      options.signal?.throwIfAborted();
      const delayMs = jitteredDelayMs(attempt, options);
      options.onRetry?.(error, attempt, delayMs);
      await pause(delayMs, options.signal);
    }
  }
}

/** A random wait before try `attempt + 1`. */
export function jitteredDelayMs(
  attempt: number,
  { baseDelayMs, maxDelayMs }: Pick<RetryOptions, 'baseDelayMs' | 'maxDelayMs'>,
): number {
  return Math.round(Math.random() * Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(attempt - 1, 30)));
}

/** Waits; throws the signal's reason as soon as it aborts. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
