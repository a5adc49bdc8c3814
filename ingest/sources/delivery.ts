import { createGroupCommit } from '../../runtime/group-commit.ts';
import { retry } from '../../runtime/retry.ts';
import type { Message, Publish } from '../publishing.ts';

export type Delivery<Mark> = {
  /**
   * Takes messages to be made safe in their order, and the mark that may be kept once they are. Resolves when there is
   * room for more, so whoever awaits it before reading on holds its memory bounded. Throws the signal's reason once
   * the delivery is stopped.
   */
  readonly send: (messages: readonly Message[], mark: Mark) => Promise<void>;
  /** When the oldest thing that waits began to, in ms since the epoch; null where nothing waits. */
  readonly waitsSinceMs: () => number | null;
  /** Resolves when all that was sent is safe, or after `timeoutMs` without. */
  readonly stop: (timeoutMs: number) => Promise<void>;
};

export type DeliveryParts<Mark> = {
  readonly publish: Publish;
  /** Whether the same may be tried again: an engine is away, the spool is full. */
  readonly isPassing: (error: unknown) => boolean;
  readonly onSafe: (mark: Mark, messages: number) => void;
  /** Told how many bytes wait, whenever that changes. */
  readonly onWaiting: (bytes: number) => void;
  readonly onRetry: (error: unknown, attempt: number) => void;
  /** Told what no repetition would help. */
  readonly onFatal: (error: unknown) => void;
};

type Item<Mark> = {
  readonly messages: readonly Message[];
  readonly mark: Mark;
  readonly bytes: number;
  readonly sinceMs: number;
};

const maxItemsTogether = 1000;
const maxWaitingBytes = 4 * 1024 * 1024;
/** What even an item without messages takes. */
const itemBytes = 200;

/** Publishes what a source reads: in order, again and again until it is safe, and never more than fits into memory. */
export const createDelivery = <Mark>(parts: DeliveryParts<Mark>): Delivery<Mark> => {
  const stopping = new AbortController();
  const waiting: Item<Mark>[] = [];
  let bytes = 0;
  let room: PromiseWithResolvers<void> | null = null;

  const commit = createGroupCommit<Item<Mark>>(
    async (items) => {
      // What comes after something that is not safe must not be marked as safe, even if it is nothing.
      stopping.signal.throwIfAborted();
      const messages = items.flatMap((item) => item.messages);
      if (messages.length > 0) await publishUntilSafe(parts, messages, stopping.signal);
      parts.onSafe((items.at(-1) as Item<Mark>).mark, messages.length);
    },
    { maxItems: maxItemsTogether },
  );

  const leave = (item: Item<Mark>): void => {
    waiting.shift();
    bytes -= item.bytes;
    parts.onWaiting(bytes);
    if (bytes >= maxWaitingBytes) return;
    room?.resolve();
    room = null;
  };

  const submit = async (item: Item<Mark>): Promise<void> => {
    try {
      await commit.submit(item);
    } catch (error) {
      if (!stopping.signal.aborted) parts.onFatal(error);
      stopping.abort(error);
    } finally {
      leave(item);
    }
  };

  let last: Promise<void> = Promise.resolve();
  return {
    send: async (messages, mark) => {
      stopping.signal.throwIfAborted();
      const size = messages.reduce((sum, { value, key }) => sum + value.length + key.length, itemBytes);
      const item = { messages, mark, bytes: size, sinceMs: Date.now() };
      waiting.push(item);
      bytes += size;
      parts.onWaiting(bytes);
      last = submit(item);
      if (bytes < maxWaitingBytes) return;
      room ??= Promise.withResolvers<void>();
      await room.promise;
    },
    waitsSinceMs: () => waiting[0]?.sinceMs ?? null,
    stop: async (timeoutMs) => {
      const timer = setTimeout(() => stopping.abort(new Error('the delivery is stopped')), timeoutMs);
      await last;
      clearTimeout(timer);
      stopping.abort(new Error('the delivery is stopped'));
    },
  };
};

const publishUntilSafe = async <Mark>(
  { publish, isPassing, onRetry }: DeliveryParts<Mark>,
  messages: readonly Message[],
  signal: AbortSignal,
): Promise<void> =>
  retry(async () => publish(messages), {
    baseDelayMs: 200,
    maxDelayMs: 2000,
    signal,
    isRetryable: isPassing,
    onRetry,
  });
