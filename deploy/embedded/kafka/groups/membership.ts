import { ErrorCode } from '../protocol/error-codes.ts';
import type { GroupProtocol, JoinGroupRequest, JoinGroupResponse } from '../protocol/join-group.ts';
import type { SyncGroupRequest } from '../protocol/sync-group.ts';
import {
  type Group,
  type Member,
  NOTHING,
  refreshed,
  type Step,
  type Token,
  withMember,
  withoutMember,
  withoutPromisedId,
  withPromisedId,
} from './group-state.ts';
import { commonProtocols, completeJoinIfDue, joinAnswer, prepareRebalance } from './rebalance.ts';

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

/** A member fetches its assignment; the leader's request brings everybody's. */
export function sync(group: Group, request: SyncGroupRequest, token: Token, nowMs: number): Step {
  const member = group.members.get(request.memberId);
  const refuse = (errorCode: ErrorCode): Step => ({
    group,
    replies: [{ to: token, sync: { errorCode, assignment: NOTHING } }],
  });
  if (member === undefined) return refuse(ErrorCode.UNKNOWN_MEMBER_ID);
  if (request.generation !== group.generation) return refuse(ErrorCode.ILLEGAL_GENERATION);
  const { phase } = group;
  switch (phase.name) {
    case 'empty':
      return refuse(ErrorCode.UNKNOWN_MEMBER_ID);
    case 'preparing':
      return refuse(ErrorCode.REBALANCE_IN_PROGRESS);
    case 'stable': {
      const answer = { errorCode: ErrorCode.NONE, assignment: member.assignment };
      return { group: withMember(group, refreshed(member, nowMs)), replies: [{ to: token, sync: answer }] };
    }
    case 'completing': {
      const waiting = withMember(group, { ...member, waiting: { for: 'sync', token } });
      return member.id === phase.leader ? distribute(waiting, phase, request, nowMs) : { group: waiting, replies: [] };
    }
  }
}

/** A member says that it lives; the answer tells it whether it must join again. */
export function heartbeat(
  group: Group,
  beat: { memberId: string; generation: number },
  nowMs: number,
): { group: Group; errorCode: ErrorCode } {
  const member = group.members.get(beat.memberId);
  if (member === undefined) return { group, errorCode: ErrorCode.UNKNOWN_MEMBER_ID };
  if (beat.generation !== group.generation) return { group, errorCode: ErrorCode.ILLEGAL_GENERATION };
  return {
    group: withMember(group, refreshed(member, nowMs)),
    errorCode: group.phase.name === 'preparing' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE,
  };
}

/** A member goes, of its own will or given up; a request of its that waits is answered. */
export function leave(group: Group, memberId: string, nowMs: number): Step & { errorCode: ErrorCode } {
  const member = group.members.get(memberId);
  if (member === undefined) {
    const wasPromised = group.promisedIds.has(memberId);
    const errorCode = wasPromised ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    return { ...completeJoinIfDue(withoutPromisedId(group, memberId), nowMs), errorCode };
  }
  const opened = prepareRebalance(withoutMember(group, memberId), nowMs);
  const completed = completeJoinIfDue(opened.group, nowMs);
  const farewell = member.waiting === null ? [] : [unknownMemberReply(member.id, member.waiting)];
  return {
    group: completed.group,
    replies: [...farewell, ...opened.replies, ...completed.replies],
    errorCode: ErrorCode.NONE,
  };
}

/** Time has passed: silent members are given up, and a rebalance whose time has come completes. */
export function tick(group: Group, nowMs: number): Step {
  let current = group;
  const replies = [];
  for (const [memberId, expiresAt] of group.promisedIds) {
    if (expiresAt <= nowMs) current = withoutPromisedId(current, memberId);
  }
  for (const member of group.members.values()) {
    const present = current.members.get(member.id);
    if (present === undefined || present.waiting !== null || present.expiresAt > nowMs) continue;
    const step = leave(current, member.id, nowMs);
    current = step.group;
    replies.push(...step.replies);
  }
  const completed = completeJoinIfDue(current, nowMs);
  return { group: completed.group, replies: [...replies, ...completed.replies] };
}

/** When `tick` must come next; Infinity when nothing depends on time. */
export function nextDeadline(group: Group): number {
  const { phase } = group;
  const deadlines = [...group.promisedIds.values()];
  for (const member of group.members.values()) if (member.waiting === null) deadlines.push(member.expiresAt);
  if (phase.name === 'preparing') {
    const everybodyJoined = [...group.members.values()].every((member) => member.waiting?.for === 'join');
    deadlines.push(everybodyJoined && group.promisedIds.size === 0 ? phase.notBefore : phase.joinBy);
  }
  return Math.min(Number.POSITIVE_INFINITY, ...deadlines);
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

function distribute(
  group: Group,
  phase: { leader: string; protocol: string },
  request: SyncGroupRequest,
  nowMs: number,
): Step {
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
  const members = new Map<string, Member>();
  const replies = [];
  for (const member of group.members.values()) {
    // A copy: the request's bytes are a view of a whole frame.
    const assignment = Buffer.from(assignments.get(member.id) ?? NOTHING);
    const answer = { errorCode: ErrorCode.NONE, assignment };
    if (member.waiting !== null) replies.push({ to: member.waiting.token, sync: answer });
    const heard = member.waiting === null ? member : refreshed(member, nowMs);
    members.set(member.id, { ...heard, assignment, waiting: null });
  }
  return { group: { ...group, members, phase: { ...phase, name: 'stable' } }, replies };
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

function unknownMemberReply(memberId: string, waiting: NonNullable<Member['waiting']>): Step['replies'][number] {
  const errorCode = ErrorCode.UNKNOWN_MEMBER_ID;
  if (waiting.for === 'join') return { to: waiting.token, join: refusedJoin(errorCode, memberId) };
  return { to: waiting.token, sync: { errorCode, assignment: NOTHING } };
}

function refusedJoin(errorCode: ErrorCode, memberId: string): JoinGroupResponse {
  return { errorCode, generation: -1, protocolName: '', leader: '', memberId, members: [] };
}
