/**
 * Tells a batch's handler whether its partition is still this member's. kafkajs commits with the generation of the
 * moment, not with that of the batch (tulios/kafkajs#1046), so a handler that outlived a rebalance would commit for
 * the new owner; it must ask its fence first.
 */
export type Fence = {
  /** True while the assignment that the batch belongs to stands. */
  readonly isCurrent: () => boolean;
  /** Aborted when it no longer does. */
  readonly signal: AbortSignal;
};

export type TopicPartition = { readonly topic: string; readonly partition: number };

export type Generations = {
  /** A new assignment stands from now on. */
  readonly begin: (partitions: readonly TopicPartition[]) => Fence;
  /** The assignment is in doubt: nothing may be committed until the next `begin`. False when it was already. */
  readonly end: (reason: string) => boolean;
  /** The fence of the assignment that stands; a fallen one when there is none or it lacks the partition. */
  readonly fenceOf: (partition: TopicPartition) => Fence;
};

export function createGenerations(): Generations {
  const keyOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
  const fallen = toFence(AbortSignal.abort(new Error('the partition is not assigned')));
  let controller = new AbortController();
  let fence = fallen;
  let assigned = new Set<string>();

  const end = (reason: string): boolean => {
    const stood = fence.isCurrent();
    controller.abort(new Error(reason));
    return stood;
  };
  return {
    begin: (partitions) => {
      end('the group was rebalanced');
      controller = new AbortController();
      fence = toFence(controller.signal);
      assigned = new Set(partitions.map(keyOf));
      return fence;
    },
    end,
    fenceOf: (partition) => (assigned.has(keyOf(partition)) ? fence : fallen),
  };
}

function toFence(signal: AbortSignal): Fence {
  return { signal, isCurrent: () => !signal.aborted };
}
