/** What outlives a restart of a group: how far it read, and its generation so that no old one becomes valid again. */
export type StoredGroup = {
  generation: number;
  protocolType: string;
  /** topic → partition → commit */
  offsets: Map<string, Map<number, StoredOffset>>;
};

export type StoredOffset = { offset: number; metadata: string };

/** One line of the journal. */
export type GroupChange =
  | { kind: 'offsets'; group: string; offsets: OffsetChange[] }
  | { kind: 'generation'; group: string; generation: number; protocolType: string }
  | { kind: 'group-deleted'; group: string }
  | { kind: 'topic-deleted'; topic: string };

export type OffsetChange = { topic: string; partition: number; offset: number; metadata: string };

export type StoredGroups = Map<string, StoredGroup>;

/** Changes `groups` in place. Applying all changes in order gives the state; so does applying `changesOf` a state. */
export function applyChange(groups: StoredGroups, change: GroupChange): void {
  switch (change.kind) {
    case 'offsets': {
      const { offsets } = groupNamed(groups, change.group);
      for (const { topic, partition, offset, metadata } of change.offsets) {
        const partitions = offsets.get(topic) ?? new Map<number, StoredOffset>();
        offsets.set(topic, partitions.set(partition, { offset, metadata }));
      }
      break;
    }
    case 'generation': {
      const group = groupNamed(groups, change.group);
      group.generation = change.generation;
      group.protocolType = change.protocolType;
      break;
    }
    case 'group-deleted':
      groups.delete(change.group);
      break;
    case 'topic-deleted':
      for (const { offsets } of groups.values()) offsets.delete(change.topic);
      break;
  }
}

/** The shortest list of changes that leads to this state. */
export function* changesOf(groups: StoredGroups): Generator<GroupChange> {
  for (const [group, { generation, protocolType, offsets }] of groups) {
    yield { kind: 'generation', group, generation, protocolType };
    const committed = [...offsets].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, stored]) => ({ topic, partition, ...stored })),
    );
    if (committed.length > 0) yield { kind: 'offsets', group, offsets: committed };
  }
}

function groupNamed(groups: StoredGroups, name: string): StoredGroup {
  const group = groups.get(name) ?? { generation: 0, protocolType: '', offsets: new Map() };
  groups.set(name, group);
  return group;
}
