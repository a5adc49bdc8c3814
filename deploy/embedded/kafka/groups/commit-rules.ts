import { ErrorCode } from '../protocol/error-codes.ts';
import type { Group } from './group-state.ts';

export type Committer = { memberId: string; generation: number };

/**
 * Whether the committer may move the group's offsets. This is the fence against zombies: a consumer that was given up
 * must not undo what its successor committed. Tools and consumers that assign themselves their partitions carry no
 * generation and may commit only while the group is empty. As in Apache Kafka, a member of the running generation may
 * still commit while others join, since its successor starts only with the next generation.
 */
export function judgeCommit(group: Group, committer: Committer): ErrorCode {
  if (committer.generation < 0 && group.phase.name === 'empty') return ErrorCode.NONE;
  if (!group.members.has(committer.memberId)) return ErrorCode.UNKNOWN_MEMBER_ID;
  if (committer.generation !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
  return group.phase.name === 'completing' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}
