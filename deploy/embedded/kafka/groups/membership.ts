import { ErrorCode } from '../protocol/error-codes.ts';
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
} from './group-state.ts';
import { completeJoinIfDue, prepareRebalance } from './rebalance.ts';
import { unknownMemberReply } from './refusals.ts';

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
