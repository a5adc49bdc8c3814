import type { KafkaConnection } from './kafka-connection.ts';
import { KafkaUnavailable, MessageTooLarge } from './kafka-errors.ts';
import { createProducerLink, type Outgoing, type ProducerLink } from './kafka-producer-link.ts';
import { jitteredDelayMs, pause } from './retry.ts';

export type Publisher = {
  /**
   * Resolves when every message is acknowledged by all in-sync replicas. May store a message twice (a lost answer is
   * sent again), never loses one. Throws `KafkaUnavailable` when that could not be had in time (some of the messages
   * may be stored), `MessageTooLarge` before anything of this call is sent.
   */
  publish(messages: readonly Outgoing[]): Promise<void>;
  /** False from a failure until the brokers answer again; `publish` then throws at once. */
  isAvailable(): boolean;
  /** Sends what waits, then disconnects. */
  stop(): Promise<void>;
};

export type PublisherOptions = {
  /** How long a call may take before it fails with `KafkaUnavailable`. */
  readonly timeoutMs?: number;
  /** Largest request, hence largest message: a broker takes 1 MiB a partition unless told otherwise. */
  readonly maxRequestBytes?: number;
  /** How much may wait for the request in flight; more fails with `KafkaUnavailable`. */
  readonly maxWaitingBytes?: number;
};

/** Keys, lengths and varints of a record besides its key, value and headers: an upper bound. */
const recordOverheadBytes = 64;

type Waiting = {
  readonly messages: readonly Outgoing[];
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

/**
 * Connects a publisher; when Kafka is away it starts unavailable and connects later. Calls that come while a request
 * is in flight are sent together in the next one, because kafkajs' cost is by request.
 */
export async function createPublisher(kafka: KafkaConnection, options: PublisherOptions = {}): Promise<Publisher> {
  const { timeoutMs = 10_000, maxRequestBytes = 900_000, maxWaitingBytes = 64 * 1024 * 1024 } = options;
  const link = await createProducerLink(kafka, timeoutMs);
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let draining: Promise<void> | undefined;

  function takeRequest(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { bytes: more } of waiting) {
      if (count > 0 && bytes + more > maxRequestBytes) break;
      bytes += more;
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
    while (waiting.length > 0) await sendTogether(link, takeRequest());
    draining = undefined;
  }

  function enqueue(messages: readonly Outgoing[], bytes: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    waiting.push({ messages, bytes, deadlineMs: Date.now() + timeoutMs, resolve, reject });
    waitingBytes += bytes;
    draining ??= drain();
    return promise;
  }

  return {
    publish: async (messages) => {
      const parts = splitBySize(messages, maxRequestBytes);
      if (!link.isUp()) throw new KafkaUnavailable('Kafka is unavailable', { cause: link.lastError() });
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      if (waitingBytes + bytes > maxWaitingBytes) throw new KafkaUnavailable('too much waits for Kafka');
      await Promise.all(parts.map((part) => enqueue(part.messages, part.bytes)));
    },
    isAvailable: () => link.isUp(),
    stop: async () => {
      await draining;
      await link.close();
    },
  };
}

/** Sends what several callers gave in one request; when Kafka refuses that for good, each caller's part by itself. */
async function sendTogether(link: ProducerLink, calls: readonly Waiting[]): Promise<void> {
  const error = await sendUntilDeadline(link, calls);
  if (error === undefined) {
    for (const { resolve } of calls) resolve();
  } else if (calls.length > 1 && link.isRefusal(error)) {
    for (const call of calls) await sendTogether(link, [call]);
  } else {
    for (const { reject } of calls) reject(error);
  }
}

async function sendUntilDeadline(link: ProducerLink, calls: readonly Waiting[]): Promise<Error | undefined> {
  const messages = calls.flatMap((call) => call.messages);
  const deadlineMs = Math.min(...calls.map((call) => call.deadlineMs));
  for (let attempt = 1; ; attempt += 1) {
    try {
      await link.send(messages, deadlineMs - Date.now());
      return undefined;
    } catch (error) {
      if (link.isRefusal(error)) return error as Error;
      const delayMs = jitteredDelayMs(attempt, { baseDelayMs: 100, maxDelayMs: 1000 });
      if (Date.now() + delayMs >= deadlineMs) {
        link.markDown(error);
        return new KafkaUnavailable('Kafka did not acknowledge in time', { cause: error });
      }
      await pause(delayMs);
    }
  }
}

function messageBytes({ key, value, headers }: Outgoing): number {
  let bytes = recordOverheadBytes + Buffer.byteLength(key) + (value?.length ?? 0);
  for (const [name, header] of Object.entries(headers ?? {})) bytes += 8 + name.length * 3 + Buffer.byteLength(header);
  return bytes;
}

type Part = { messages: Outgoing[]; bytes: number };

/** Cuts a call into requests of at most `maxBytes`; throws `MessageTooLarge` for messages that fit in none. */
export function splitBySize(messages: readonly Outgoing[], maxBytes: number): readonly Readonly<Part>[] {
  const parts: Part[] = [];
  const tooLarge: number[] = [];
  let part: Part = { messages: [], bytes: 0 };
  messages.forEach((message, index) => {
    const bytes = messageBytes(message);
    if (bytes > maxBytes) tooLarge.push(index);
    if (part.bytes + bytes > maxBytes || part.messages.length === 0) {
      part = { messages: [], bytes: 0 };
      parts.push(part);
    }
    part.messages.push(message);
    part.bytes += bytes;
  });
  if (tooLarge.length > 0) throw new MessageTooLarge(tooLarge, maxBytes);
  return parts;
}
