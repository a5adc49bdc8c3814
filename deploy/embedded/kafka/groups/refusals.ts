import { ErrorCode } from '../protocol/error-codes.ts';
import type { JoinGroupResponse } from '../protocol/join-group.ts';
import { type Member, NOTHING, type Reply } from './group-state.ts';

/** Tells a member, whose request waits, that it is none any more. */
export function unknownMemberReply(memberId: string, waiting: NonNullable<Member['waiting']>): Reply {
  const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
  if (waiting.for === 'join') return { to: waiting.token, join: refusedJoin(errorCode, memberId) };
  return { to: waiting.token, sync: { errorCode, assignment: NOTHING } };
}

export function refusedJoin(errorCode: ErrorCode, memberId: string): JoinGroupResponse {
  return { errorCode, generation: -1, protocolName: '', leader: '', memberId, members: [] };
}
