import { ErrorCode } from '../protocol/error-codes.ts';
import type { JoinGroupResponse } from '../protocol/join-group.ts';
import { type Group, type Member, NOTHING, refreshed, type Reply, type Step } from './group-state.ts';

/** Consumers that start together then share their first rebalance. */
export const INITIAL_DELAY_MS = 100;

/**
 * Opens a rebalance unless one is open. Members that wait for their assignment are sent back to join: what the leader
 * was computing no longer fits.
 */
export function prepareRebalance(group: Group, nowMs: number): Step {
  if (group.phase.name === 'preparing') return { group, replies: [] };
  const isFirst = group.phase.name === 'empty';
  const members = new Map(group.members);
  const replies: Reply[] = [];
  for (const member of group.members.values()) {
    if (member.waiting?.for !== 'sync') continue;
    members.set(member.id, { ...refreshed(member, nowMs), waiting: null });
    const sync = { errorCode: ErrorCode.REBALANCE_IN_PROGRESS, assignment: NOTHING };
    replies.push({ to: member.waiting.token, sync });
  }
  const longestMs = Math.max(0, ...[...members.values()].map((member) => member.rebalanceTimeoutMs));
  const phase = {
    name: 'preparing',
    notBefore: isFirst ? nowMs + INITIAL_DELAY_MS : nowMs,
    joinBy: nowMs + longestMs,
  } as const;
  return { group: { ...group, members, phase }, replies };
}

/** Ends the joining when everybody is there or time is up; members that did not come are out. */
export function completeJoinIfDue(group: Group, nowMs: number): Step {
  const { phase } = group;
  if (phase.name !== 'preparing' || nowMs < phase.notBefore) return { group, replies: [] };
  const joined = [...group.members.values()].filter((member) => member.waiting?.for === 'join');
  const isComplete = joined.length === group.members.size && group.promisedIds.size === 0;
  if (!isComplete && nowMs < phase.joinBy) return { group, replies: [] };
  const generation = group.generation + 1;
  const [first] = joined;
  if (first === undefined) {
    return { group: { ...group, generation, phase: { name: 'empty' }, members: new Map() }, replies: [] };
  }
  const protocol = electProtocol(joined);
  const next: Group = {
    ...group,
    generation,
    phase: { name: 'completing', leader: first.id, protocol },
    members: new Map(joined.map((member) => [member.id, { ...refreshed(member, nowMs), waiting: null }])),
  };
  const replies = joined.map((member) => ({
    to: (member.waiting as NonNullable<Member['waiting']>).token,
    join: joinAnswer(next, member.id),
  }));
  return { group: next, replies };
}

/** What a member of the current generation is told; only the leader learns of the others. */
export function joinAnswer(group: Group, memberId: string): JoinGroupResponse {
  const { phase } = group;
  if (phase.name !== 'completing' && phase.name !== 'stable') throw new Error(`no generation while ${phase.name}`);
  const { leader, protocol } = phase;
  const metadataOf = (member: Member): Buffer =>
    member.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING;
  const members = [...group.members.values()].map((member) => ({ memberId: member.id, metadata: metadataOf(member) }));
  return {
    errorCode: ErrorCode.NONE,
    generation: group.generation,
    protocolName: protocol,
    leader,
    memberId,
    members: memberId === leader ? members : [],
  };
}

/** The names that all members know, as the first of them lists them. */
export function commonProtocols(members: readonly Member[]): string[] {
  const [first, ...others] = members;
  const names = first?.protocols.map(({ name }) => name) ?? [];
  return names.filter((name) => others.every((other) => other.protocols.some((known) => known.name === name)));
}

/** Each member votes for its favourite among those that all know; the first named wins a tie. */
function electProtocol(members: readonly Member[]): string {
  const common = commonProtocols(members);
  const votes = new Map(common.map((name) => [name, 0]));
  for (const member of members) {
    const favourite = member.protocols.find(({ name }) => votes.has(name));
    if (favourite !== undefined) votes.set(favourite.name, (votes.get(favourite.name) ?? 0) + 1);
  }
  return common.reduce(
    (best, name) => ((votes.get(name) ?? 0) > (votes.get(best) ?? 0) ? name : best),
    common[0] ?? '',
  );
}
