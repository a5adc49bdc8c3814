import type { KafkaConnection } from './kafka-connection.ts';
import { KafkaUnavailable, MessageTooLarge } from './kafka-errors.ts';
import { isRefusal, type Outgoing, type ProduceFailure, produce } from './kafka-produce.ts';
import { createProducerLink, type ProducerLink } from './kafka-producer-link.ts';
import { splitBySize } from './kafka-split.ts';
import { jitteredDelayMs, pause } from './retry.ts';

export type Publisher = {
  /**
   * Resolves when every message is acknowledged by all in-sync replicas. May store a message twice (a lost answer is
   * sent again), never loses one. Throws `KafkaUnavailable` when that could not be had in time (some of the messages
   * may be stored), `MessageTooLarge` for a message that no request can hold, before anything of this call is sent.
   */
  readonly publish: (messages: readonly Outgoing[]) => Promise<void>;
  /** False from a failure until the brokers answer again; `publish` then throws at once. */
  readonly isAvailable: () => boolean;
  /** Sends what waits, then disconnects. */
  readonly stop: () => Promise<void>;
};

export type PublisherOptions = {
  /** How long a call may take before it fails with `KafkaUnavailable`. */
  readonly timeoutMs?: number;
  /** Largest request, hence largest message: a broker takes 1 MiB a partition unless told otherwise. */
  readonly maxRequestBytes?: number;
  /** How much may wait for the request in flight; more fails with `KafkaUnavailable`. */
  readonly maxWaitingBytes?: number;
};

/** One call's messages, or as many of them as fit into a request. */
type Call = {
  readonly messages: readonly Outgoing[];
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Connects a publisher; when Kafka is away it starts unavailable and connects later. Calls that come while a request
 * is in flight are sent together in the next one.
 */
export async function createPublisher(kafka: KafkaConnection, options: PublisherOptions = {}): Promise<Publisher> {
  const { timeoutMs = 10_000, maxRequestBytes = 900_000, maxWaitingBytes = 64 * 1024 * 1024 } = options;
  const link = await createProducerLink(kafka, timeoutMs);
  let waiting: Call[] = [];
  let waitingBytes = 0;
  let draining: Promise<void> | undefined;

  function take(maxBytes: number): Call[] {
    let bytes = 0;
    let count = 0;
    for (const call of waiting) {
      if (count > 0 && bytes + call.bytes > maxBytes) break;
      bytes += call.bytes;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingBytes -= bytes;
    return taken;
  }

  async function drain(): Promise<void> {
    // Calls of the same turn of the event loop share the first request.
    await Promise.resolve();
    while (waiting.length > 0) {
      if (link.isUp()) await sendTogether(link, take(maxRequestBytes));
      else for (const { reject } of take(Number.POSITIVE_INFINITY)) reject(unavailable(link));
    }
    draining = undefined;
  }

  function enqueue(part: { readonly messages: readonly Outgoing[]; readonly bytes: number }): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.push({ ...part, deadlineMs: Date.now() + timeoutMs, resolve, reject });
    waitingBytes += part.bytes;
    draining ??= drain();
    return promise;
  }

  return {
    publish: async (messages) => {
      const parts = splitBySize(messages, maxRequestBytes);
      if (!link.isUp()) throw unavailable(link);
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      if (waitingBytes > 0 && waitingBytes + bytes > maxWaitingBytes) {
        throw new KafkaUnavailable('too much waits for Kafka');
      }
      await Promise.all(parts.map(enqueue));
    },
    isAvailable: link.isUp,
    stop: async () => {
      await draining;
      await link.close();
    },
  };
}

function unavailable(link: ProducerLink): KafkaUnavailable {
  return new KafkaUnavailable('Kafka is unavailable', { cause: link.lastError() });
}

/** The caller keeps what it could not publish, whatever the reason, unless no broker would ever take it. */
function toThrown(error: unknown): Error {
  if (error instanceof MessageTooLarge || error instanceof KafkaUnavailable) return error;
  return new KafkaUnavailable('the brokers refused the topic', { cause: error });
}

/** A message with the call it came by, so that a failure finds its way back. */
type Sent = Outgoing & { readonly call: Call };

/** Sends several calls in one request. Those that a broker refuses are sent again each by itself, to find the culprit. */
async function sendTogether(link: ProducerLink, calls: readonly Call[]): Promise<void> {
  const failures = await sendUntilDeadline(link, calls);
  const failed = new Map(failures.flatMap(({ messages, error }) => messages.map(({ call }) => [call, error] as const)));
  for (const call of calls) {
    const error = failed.get(call);
    if (error === undefined) call.resolve();
    else if (calls.length > 1 && isRefusal(error)) await sendTogether(link, [call]);
    else call.reject(toThrown(error));
  }
}

async function sendUntilDeadline(link: ProducerLink, calls: readonly Call[]): Promise<ProduceFailure<Sent>[]> {
  const deadlineMs = Math.min(...calls.map((call) => call.deadlineMs));
  const refused: ProduceFailure<Sent>[] = [];
  const bytes = calls.reduce((sum, call) => sum + call.bytes, 0);
  let left: readonly Sent[] = calls.flatMap((call) => call.messages.map((message) => ({ ...message, call })));
  for (let attempt = 1; ; attempt += 1) {
    const timeoutMs = Math.max(1, deadlineMs - Date.now());
    const failures = await within(trySend(link, left, { timeoutMs, bytesExpected: bytes }), timeoutMs, left);
    refused.push(...failures.filter(({ error }) => isRefusal(error)));
    const passing = failures.filter(({ error }) => !isRefusal(error));
    left = passing.flatMap(({ messages }) => messages);
    const [first] = passing;
    if (first === undefined) return refused;
    const delayMs = jitteredDelayMs(attempt, { baseDelayMs: 100, maxDelayMs: 1000 });
    if (Date.now() + delayMs >= deadlineMs) {
      link.markDown(first.error);
      const error = new KafkaUnavailable('Kafka did not acknowledge in time', { cause: first.error });
      return [...refused, { messages: left, error }];
    }
    await pause(delayMs);
  }
}

/**
 * A broker that is silent is waited for until the deadline and no longer: connecting, producing and asking for the
 * leaders anew would each take a time-out of their own. What is under way then ends by itself, heard by nobody.
 */
async function within(
  sending: Promise<ProduceFailure<Sent>[]>,
  timeoutMs: number,
  messages: readonly Sent[],
): Promise<ProduceFailure<Sent>[]> {
  const { promise: silence, resolve } = Promise.withResolvers<ProduceFailure<Sent>[]>();
  const timer = setTimeout(() => {
    resolve([{ messages, error: new Error(`no answer within ${timeoutMs} ms`) }]);
  }, timeoutMs);
  try {
    return await Promise.race([sending, silence]);
  } finally {
    clearTimeout(timer);
  }
}

async function trySend(
  link: ProducerLink,
  messages: readonly Sent[],
  limits: { readonly timeoutMs: number; readonly bytesExpected: number },
): Promise<ProduceFailure<Sent>[]> {
  try {
    const failures = await produce(link.access, messages, limits);
    const [passing] = failures.filter(({ error }) => !isRefusal(error));
    if (passing !== undefined) await link.access.forget(passing.error);
    return failures;
  } catch (error) {
    await link.access.forget(error);
    return [{ messages, error }];
  }
}
