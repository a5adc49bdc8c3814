import type { Consumer } from 'kafkajs';
import { createGenerations, type Fence, type TopicPartition } from './kafka-fence.ts';
import type { Logger } from './logger.ts';
import { retry } from './retry.ts';

export type MembershipHooks = {
  readonly groupId: string;
  readonly logger: Logger;
  readonly onAssigned: (partitions: readonly TopicPartition[]) => Promise<void>;
  readonly onRevoked: () => void;
  readonly onFatal: (error: Error) => void;
};

/** What is known of this member's place in its group. */
export type Membership = {
  readonly fenceOf: (partition: TopicPartition) => Fence;
  /** Resolves when the assignment that stands has been prepared by `onAssigned`. */
  readonly prepared: () => Promise<void>;
  readonly end: (reason: string) => void;
  /** When the group was last heard of, ms since the epoch. */
  readonly lastSignMs: () => number;
};

/** Follows a consumer's events: an assignment begins with a completed join and ends with the first sign of the next. */
export function followMembership(consumer: Consumer, hooks: MembershipHooks): Membership {
  const { HEARTBEAT, FETCH, GROUP_JOIN, REBALANCING, DISCONNECT, CRASH, REQUEST } = consumer.events;
  const generations = createGenerations();
  let prepared = Promise.resolve();
  let lastSignMs = 0;

  const sign = (): void => {
    lastSignMs = Date.now();
  };
  const end = (reason: string): void => {
    if (generations.end(reason)) hooks.onRevoked();
  };

  consumer.on(HEARTBEAT, sign);
  consumer.on(FETCH, sign);
  consumer.on(REBALANCING, () => {
    end('the group is rebalancing');
  });
  // A rejoin after stale metadata comes without REBALANCING: its first request is the first sign of it.
  consumer.on(REQUEST, ({ payload }) => {
    if (payload.apiName === 'JoinGroup') end('joining the group again');
  });
  consumer.on(DISCONNECT, () => {
    end('disconnected');
  });
  consumer.on(CRASH, ({ payload }) => {
    end('the consumer crashed');
    if (!payload.restart) hooks.onFatal(payload.error);
  });
  consumer.on(GROUP_JOIN, ({ payload }) => {
    end('the group was rebalanced');
    sign();
    hooks.logger.info({ groupId: hooks.groupId, assigned: payload.memberAssignment }, 'joined the group');
    const partitions = toPartitions(payload.memberAssignment);
    prepared = prepare(hooks, partitions, generations.begin(partitions));
    // Batches of this assignment await it and see the failure; if none comes, nobody else does.
    prepared.catch(() => undefined);
  });

  return { fenceOf: generations.fenceOf, prepared: () => prepared, end, lastSignMs: () => lastSignMs };
}

function toPartitions(assignment: Readonly<Record<string, readonly number[]>>): TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

/** Tried until it succeeds or the assignment is over. */
async function prepare(
  hooks: MembershipHooks,
  partitions: readonly TopicPartition[],
  { signal }: Fence,
): Promise<void> {
  await retry(async () => hooks.onAssigned(partitions), {
    baseDelayMs: 200,
    maxDelayMs: 5000,
    signal,
    isRetryable: () => true,
    onRetry: (error) => {
      hooks.logger.error({ err: error, groupId: hooks.groupId }, 'could not prepare the assigned partitions');
    },
  });
}

const endsOfMembership = new Set<unknown>([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Whether the coordinator's answer says that this member's assignment is over. */
export function isEndOfMembership(error: unknown): boolean {
  return error instanceof Error && 'type' in error && endsOfMembership.has(error.type);
}
