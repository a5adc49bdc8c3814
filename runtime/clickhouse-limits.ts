import type { ClickHouseSettings } from '@clickhouse/client';
import { ClickHouseTimeout } from './clickhouse-errors.ts';

export type QueryOptions = {
  readonly settings?: ClickHouseSettings;
  /** Aborting it cancels the query on the server. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
};

/** Bounds one statement in time: ClickHouse's own limit first; when it does not answer, the connection is dropped. */
export type Limits = {
  /** What a request of the client takes. */
  readonly request: (settings: ClickHouseSettings) => {
    readonly abort_signal: AbortSignal;
    readonly clickhouse_settings: ClickHouseSettings;
  };
  /** The error to throw for one of the client's: the caller's reason when it aborted, `ClickHouseTimeout` in time. */
  readonly translate: (error: unknown) => unknown;
  readonly cancel: () => void;
  readonly release: () => void;
};

const defaultTimeoutMs = 30_000;
/** Time for the answer that the limit was reached to arrive. */
const answerGraceMs = 1000;

export function createLimits({ timeoutMs = defaultTimeoutMs, signal, settings }: QueryOptions): Limits {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    abort();
  }, timeoutMs + answerGraceMs);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  return {
    request: (base) => ({
      abort_signal: controller.signal,
      clickhouse_settings: { max_execution_time: Math.ceil(timeoutMs / 1000), ...base, ...settings },
    }),
    translate: (error) => {
      if (signal?.aborted === true) return signal.reason;
      return timedOut ? new ClickHouseTimeout(`no answer within ${timeoutMs} ms`, { cause: error }) : error;
    },
    cancel: abort,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    },
  };
}

/** Runs one statement within its limits. */
export async function limited<Result>(
  options: QueryOptions,
  work: (request: Limits['request']) => Promise<Result>,
): Promise<Result> {
  const limits = createLimits(options);
  try {
    return await work(limits.request);
  } catch (error) {
    throw limits.translate(error);
  } finally {
    limits.release();
  }
}
