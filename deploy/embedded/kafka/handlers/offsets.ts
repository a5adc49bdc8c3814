import type { TopicPartitions } from '../protocol/codec.ts';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { OffsetCommitRequest, OffsetCommitResponse } from '../protocol/offset-commit.ts';
import type {
  FetchedOffset,
  OffsetFetchGroup,
  OffsetFetchRequest,
  OffsetFetchResponse,
} from '../protocol/offset-fetch.ts';
import type { BrokerState } from './broker-state.ts';
import { storageErrorCode } from './storage-errors.ts';

const MAX_METADATA_BYTES = 4096;

export async function handleOffsetCommit(
  request: OffsetCommitRequest,
  broker: BrokerState,
): Promise<OffsetCommitResponse> {
  const partitions = request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ index, offset, metadata }) => ({ topic: name, partition: index, offset, metadata })),
  );
  const problemOf = (commit: { topic: string; partition: number; metadata: string }): ErrorCode => {
    if (Buffer.byteLength(commit.metadata) > MAX_METADATA_BYTES) return ErrorCode.OFFSET_METADATA_TOO_LARGE;
    const exists = broker.catalog.partition(commit.topic, commit.partition) !== undefined;
    return exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  };
  const good = partitions.filter((commit) => problemOf(commit) === ErrorCode.NONE);
  const outcome = await commit(request, good, broker);
  return {
    topics: request.topics.map(({ name, partitions: asked }) => ({
      name,
      partitions: asked.map(({ index, metadata }) => {
        const problem = problemOf({ topic: name, partition: index, metadata });
        return { index, errorCode: problem === ErrorCode.NONE ? outcome : problem };
      }),
    })),
  };
}

async function commit(
  { groupId, memberId, generation }: OffsetCommitRequest,
  offsets: Parameters<BrokerState['groups']['commit']>[2],
  broker: BrokerState,
): Promise<ErrorCode> {
  try {
    return await broker.groups.commit(groupId, { memberId, generation }, offsets);
  } catch (error) {
    return storageErrorCode(error, broker.log);
  }
}

export function handleOffsetFetch({ groups }: OffsetFetchRequest, broker: BrokerState): OffsetFetchResponse {
  return { groups: groups.map((group) => ({ groupId: group.groupId, topics: fetchOffsets(group, broker) })) };
}

function fetchOffsets(group: OffsetFetchGroup, broker: BrokerState): TopicPartitions<FetchedOffset>[] {
  const committed = broker.groups.committed(group.groupId);
  const topics =
    group.topics ?? [...committed].map(([name, partitions]) => ({ name, partitions: [...partitions.keys()] }));
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((index): FetchedOffset => {
      const { offset = -1, metadata = '' } = committed.get(name)?.get(index) ?? {};
      return { index, offset, metadata, errorCode: ErrorCode.NONE };
    }),
  }));
}
