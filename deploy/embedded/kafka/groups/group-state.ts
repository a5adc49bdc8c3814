import type { GroupProtocol, JoinGroupResponse } from '../protocol/join-group.ts';
import type { SyncGroupResponse } from '../protocol/sync-group.ts';

/** Names the request that waits for an answer; the state machine never looks into it. */
export type Token = number;

export type Member = {
  readonly id: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly protocols: readonly GroupProtocol[];
  readonly assignment: Buffer;
  /** When the member is given up unless it is heard of; does not count while an answer is owed to it. */
  readonly expiresAt: number;
  /** The request of the member that is not answered yet. */
  readonly waiting: { readonly for: 'join' | 'sync'; readonly token: Token } | null;
};

export type Phase =
  /** No members; committed offsets may remain. */
  | { readonly name: 'empty' }
  /** Members are joining: until all known ones have, but not before `notBefore` nor after `joinBy`. */
  | { readonly name: 'preparing'; readonly notBefore: number; readonly joinBy: number }
  /** All joined; the leader computes who gets what. */
  | { readonly name: 'completing'; readonly leader: string; readonly protocol: string }
  | { readonly name: 'stable'; readonly leader: string; readonly protocol: string };

/** A consumer group. A new generation begins with every completed rebalance and never repeats, even after restarts. */
export type Group = {
  readonly id: string;
  readonly generation: number;
  readonly protocolType: string;
  readonly phase: Phase;
  readonly members: ReadonlyMap<string, Member>;
  /** Ids that were handed out and have not joined yet, with their expiry. */
  readonly promisedIds: ReadonlyMap<string, number>;
};

export type Reply =
  | { readonly to: Token; readonly join: JoinGroupResponse }
  | { readonly to: Token; readonly sync: SyncGroupResponse };

/** What an event leads to. Replies are sent when the new generation, if there is one, is on disk. */
export type Step = { readonly group: Group; readonly replies: readonly Reply[] };

export const NOTHING = Buffer.alloc(0);

export function emptyGroup(id: string, generation = 0, protocolType = ''): Group {
  return { id, generation, protocolType, phase: { name: 'empty' }, members: new Map(), promisedIds: new Map() };
}

export function withMember(group: Group, member: Member): Group {
  return { ...group, members: new Map(group.members).set(member.id, member) };
}

export function withoutMember(group: Group, memberId: string): Group {
  const members = new Map(group.members);
  members.delete(memberId);
  return { ...group, members };
}

export function withPromisedId(group: Group, memberId: string, expiresAt: number): Group {
  return { ...group, promisedIds: new Map(group.promisedIds).set(memberId, expiresAt) };
}

export function withoutPromisedId(group: Group, memberId: string): Group {
  if (!group.promisedIds.has(memberId)) return group;
  const promisedIds = new Map(group.promisedIds);
  promisedIds.delete(memberId);
  return { ...group, promisedIds };
}

/** The member was heard of. */
export function refreshed(member: Member, nowMs: number): Member {
  return { ...member, expiresAt: nowMs + member.sessionTimeoutMs };
}
