import type { KafkaConnection } from './kafka-connection.ts';
import { follow } from './kafka-follow.ts';
import { createPartitionReader } from './kafka-partition-reader.ts';
import { createPublisher, type Publisher } from './kafka-publisher.ts';
import { headerText, type LogRecord } from './kafka-records.ts';

export type LogViewOptions<State, Event> = {
  readonly kafka: KafkaConnection;
  /** A topic of one partition that is never cut at its beginning. */
  readonly topic: string;
  /** Bytes that cannot be read are passed over, by every follower alike. */
  readonly decode: (record: LogRecord) => Event | { readonly undecodable: string };
  readonly initial: () => State;
  /**
   * The one rule by which every process accepts or refuses an event; it must depend on nothing but its arguments. A
   * message can be in the log twice (a lost acknowledgement is sent again), so a repetition must leave the state as it
   * is. May change the given state in place and return it.
   */
  readonly apply: (state: State, event: Event, record: LogRecord) => State | { readonly refused: string };
};

export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

export type LogView<State> = {
  /** Resolves when everything that was in the log at the start has been applied. */
  readonly caughtUp: Promise<void>;
  /** What the log comes to; the initial state until caught up. */
  readonly state: () => State;
  /** The same, but null until caught up: for whoever must tell "there is none" from "not read yet". */
  readonly known: () => State | null;
  /**
   * Appends to the log and answers when this follower has met the message there. `id` must be new for each call.
   * Throws `KafkaUnavailable` or `ProposalUnconfirmed` when the outcome is not known.
   */
  readonly propose: (key: string, value: Buffer, id: string, timeoutMs: number) => Promise<Verdict>;
  /** True while the log can be read. */
  readonly isHealthy: () => boolean;
  readonly stop: () => Promise<void>;
};

/** A proposal was sent but not met in the log in time; it may still take effect. */
export class ProposalUnconfirmed extends Error {
  override readonly name = 'ProposalUnconfirmed';
}

const proposalHeader = 'proposal-id';
/** A read waits for half a second at most, so a log that is silent for this long is away. */
const healthyWithinMs = 5000;

/** Follows a topic from its beginning without a consumer group, so it leaves nothing behind on the brokers. */
export function createLogView<State, Event>(options: LogViewOptions<State, Event>): LogView<State> {
  const { kafka, topic } = options;
  const reader = createPartitionReader(kafka, topic, 0);
  const proposals = new Map<string, (verdict: Verdict) => void>();
  const caughtUp = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let state = options.initial();
  let shown: State | null = null;
  let publisher: Promise<Publisher> | undefined;
  let lastReadMs = 0;

  const following = follow(reader, {
    signal: stopping.signal,
    meet: (record) => {
      const met = meet(options, state, record);
      state = met.state;
      const id = headerText(record, proposalHeader);
      if (id !== undefined) proposals.get(id)?.(met.verdict);
    },
    // What is shown stays until everything has been read anew: a key must not be unknown for a moment.
    onRestart: () => {
      kafka.logger.error({ topic }, 'the log no longer holds our position: reading it from its beginning');
      state = options.initial();
    },
    onRead: (caughtUpNow) => {
      lastReadMs = Date.now();
      if (!caughtUpNow) return;
      shown = state;
      caughtUp.resolve();
    },
    onError: (error, failures) => {
      kafka.logger[levelOf(failures)]({ err: error, topic, failures }, 'cannot read the log, trying again');
    },
  });

  async function send(key: string, value: Buffer, id: string): Promise<void> {
    publisher ??= createPublisher(kafka);
    await (await publisher).publish([{ topic, key, value, headers: { [proposalHeader]: id } }]);
  }

  return {
    caughtUp: caughtUp.promise,
    state: () => shown ?? options.initial(),
    known: () => shown,
    propose: async (key, value, id, timeoutMs) => {
      const { promise: verdict, resolve } = Promise.withResolvers<Verdict>();
      proposals.set(id, resolve);
      try {
        return await within(timeoutMs, async () => {
          await send(key, value, id);
          return verdict;
        });
      } finally {
        proposals.delete(id);
      }
    },
    isHealthy: () => Date.now() - lastReadMs < healthyWithinMs,
    stop: async () => {
      stopping.abort();
      await following;
      await (await publisher)?.stop();
    },
  };
}

/** Told at the 1st, 2nd, 4th, 8th, … failure: an outage is one thing, however often it is met. */
const levelOf = (failures: number): 'warn' | 'debug' => ((failures & (failures - 1)) === 0 ? 'warn' : 'debug');

function meet<State, Event>(
  { kafka, topic, decode, apply }: LogViewOptions<State, Event>,
  state: State,
  record: LogRecord,
): { readonly state: State; readonly verdict: Verdict } {
  const event = decode(record);
  if (isUndecodable(event)) {
    kafka.logger.error({ topic, offset: record.offset, reason: event.undecodable }, 'passed over a record');
    return { state, verdict: { accepted: false, reason: event.undecodable } };
  }
  const next = apply(state, event, record);
  return isRefused(next)
    ? { state, verdict: { accepted: false, reason: next.refused } }
    : { state: next, verdict: { accepted: true } };
}

async function within<Result>(timeoutMs: number, work: () => Promise<Result>): Promise<Result> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new ProposalUnconfirmed(`not met in the log within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function isUndecodable(event: unknown): event is { readonly undecodable: string } {
  return typeof event === 'object' && event !== null && 'undecodable' in event;
}

function isRefused(state: unknown): state is { readonly refused: string } {
  return typeof state === 'object' && state !== null && 'refused' in state;
}
