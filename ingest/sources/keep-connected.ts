import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Logger } from '../../runtime/logger.ts';
import { jitteredDelayMs, pause } from '../../runtime/retry.ts';

/** Where a switch listens. */
export type Address = { readonly host: string; readonly port: number };

/** The parts of `host:port`, as `setting.address` lets it through. */
export const addressOf = (text: string): Address => {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
};

/** The connection is of no more use: it may be made anew. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

export type ConnectionParts = {
  readonly address: Address;
  /** Reads one connection to its end, and says why it ended. */
  readonly converse: (socket: Socket) => Promise<string>;
  readonly onEnd: (reason: string) => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

const connectTimeoutMs = 5000;
const delays = { baseDelayMs: 500, maxDelayMs: 15_000 };
/** A connection that stood for so long was a good one: the next try comes soon. */
const goodAfterMs = 30_000;

/** Connects again and again, after growing random waits, until the signal aborts. */
export const keepConnected = async (parts: ConnectionParts): Promise<void> => {
  const { address, logger, signal, onEnd } = parts;
  let failures = 0;
  while (!signal.aborted) {
    const sinceMs = Date.now();
    const reason = await connectOnce(parts);
    if (signal.aborted) return;
    failures = Date.now() - sinceMs > goodAfterMs ? 1 : failures + 1;
    onEnd(reason);
    const delayMs = jitteredDelayMs(failures, delays);
    logger.warn({ ...address, reason, failures, delayMs }, 'the connection to the switch ended');
    await pause(delayMs, signal).catch(() => undefined);
  }
};

const connectOnce = async ({ address, converse, signal }: ConnectionParts): Promise<string> => {
  const socket = createConnection({ ...address, keepAlive: true, keepAliveInitialDelay: 15_000, noDelay: true });
  const end = (): void => void socket.destroy(new ConnectionEnded('the source is stopping'));
  const giveUp = (): void => void socket.destroy(new ConnectionEnded(`not connected within ${connectTimeoutMs} ms`));
  const timer = setTimeout(giveUp, connectTimeoutMs);
  signal.addEventListener('abort', end);
  try {
    await once(socket, 'connect');
    clearTimeout(timer);
    return await converse(socket);
  } catch (error) {
    if (signal.aborted || isOfConnection(error)) return (error as Error).message;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    socket.on('error', () => undefined).destroy();
  }
};

const isOfConnection = (error: unknown): boolean =>
  error instanceof ConnectionEnded || (error as NodeJS.ErrnoException).code !== undefined;
