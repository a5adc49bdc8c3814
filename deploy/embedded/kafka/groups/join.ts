import { ErrorCode } from '../protocol/error-codes.ts';
import type { GroupProtocol, JoinGroupRequest } from '../protocol/join-group.ts';
import {
  type Group,
  type Member,
  NOTHING,
  refreshed,
  type Step,
  type Token,
  withMember,
  withoutPromisedId,
  withPromisedId,
} from './group-state.ts';
import { commonProtocols, completeJoinIfDue, joinAnswer, prepareRebalance } from './rebalance.ts';
import { refusedJoin, unknownMemberReply } from './refusals.ts';

export const MIN_SESSION_TIMEOUT_MS = 1_000;
export const MAX_SESSION_TIMEOUT_MS = 1_800_000;
const MAX_MEMBERS = 1_000;

export type JoinEvent = {
  request: JoinGroupRequest;
  /** The id the member gets if it has none yet. */
  freshMemberId: string;
  clientId: string;
  clientHost: string;
  token: Token;
};

/** A member wants in, or back in after a rebalance began. */
export function join(group: Group, event: JoinEvent, nowMs: number): Step {
  const { request, token } = event;
  const refuse = (errorCode: ErrorCode, memberId = request.memberId): Step => ({
    group,
    replies: [{ to: token, join: refusedJoin(errorCode, memberId) }],
  });
  const problem = findJoinProblem(group, request);
  if (problem !== null) return refuse(problem);
  if (request.memberId !== '') {
    const known = group.members.get(request.memberId);
    if (known !== undefined) return rejoin(group, known, event, nowMs);
    if (!group.promisedIds.has(request.memberId)) return refuse(ErrorCode.UNKNOWN_MEMBER_ID);
    return admit(withoutPromisedId(group, request.memberId), request.memberId, event, nowMs);
  }
  if (!request.mustKnowItsId) return admit(group, event.freshMemberId, event, nowMs);
  const promised = withPromisedId(group, event.freshMemberId, nowMs + request.sessionTimeoutMs);
  return { ...refuse(ErrorCode.MEMBER_ID_REQUIRED, event.freshMemberId), group: promised };
}

function findJoinProblem(group: Group, request: JoinGroupRequest): ErrorCode | null {
  if (request.groupId === '') return ErrorCode.INVALID_GROUP_ID;
  if (request.groupInstanceId !== null) return ErrorCode.UNSUPPORTED_VERSION; // static membership
  if (request.sessionTimeoutMs < MIN_SESSION_TIMEOUT_MS || request.sessionTimeoutMs > MAX_SESSION_TIMEOUT_MS) {
    return ErrorCode.INVALID_SESSION_TIMEOUT;
  }
  if (request.protocols.length === 0 || request.protocolType === '') return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  const others = [...group.members.values()].filter(({ id }) => id !== request.memberId);
  if (others.length === 0) return null;
  if (others.length >= MAX_MEMBERS) return ErrorCode.GROUP_MAX_SIZE_REACHED;
  const common = commonProtocols(others);
  const agrees = request.protocolType === group.protocolType && request.protocols.some((p) => common.includes(p.name));
  return agrees ? null : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
}

function admit(group: Group, memberId: string, event: JoinEvent, nowMs: number): Step {
  const added = withMember(group, joiningMember(memberId, event, nowMs));
  return reopen({ ...added, protocolType: event.request.protocolType }, nowMs);
}

function rejoin(group: Group, known: Member, event: JoinEvent, nowMs: number): Step {
  const { phase } = group;
  const hasChanged = !sameProtocols(known.protocols, event.request.protocols);
  const isSettled = phase.name === 'completing' || (phase.name === 'stable' && phase.leader !== known.id);
  if (isSettled && !hasChanged) {
    // The answer to its first request was lost: it gets the same one again.
    const answer = { to: event.token, join: joinAnswer(group, known.id) };
    return { group: withMember(group, refreshed(known, nowMs)), replies: [answer] };
  }
  const superseded = known.waiting === null ? [] : [unknownMemberReply(known.id, known.waiting)];
  const step = reopen(withMember(group, joiningMember(known.id, event, nowMs)), nowMs);
  return { group: step.group, replies: [...superseded, ...step.replies] };
}

function reopen(group: Group, nowMs: number): Step {
  const opened = prepareRebalance(group, nowMs);
  const completed = completeJoinIfDue(opened.group, nowMs);
  return { group: completed.group, replies: [...opened.replies, ...completed.replies] };
}

function joiningMember(memberId: string, event: JoinEvent, nowMs: number): Member {
  const { request } = event;
  return {
    id: memberId,
    clientId: event.clientId,
    clientHost: event.clientHost,
    sessionTimeoutMs: request.sessionTimeoutMs,
    rebalanceTimeoutMs: request.rebalanceTimeoutMs,
    protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
    assignment: NOTHING,
    expiresAt: nowMs + request.sessionTimeoutMs,
    waiting: { for: 'join', token: event.token },
  };
}

function sameProtocols(a: readonly GroupProtocol[], b: readonly GroupProtocol[]): boolean {
  return a.length === b.length && a.every((p, i) => p.name === b[i]?.name && p.metadata.equals(b[i].metadata));
}
