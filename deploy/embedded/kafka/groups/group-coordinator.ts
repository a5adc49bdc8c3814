import { randomUUID } from 'node:crypto';
import { ErrorCode } from '../protocol/error-codes.ts';
import type { DescribedGroup } from '../protocol/describe-groups.ts';
import type { JoinGroupRequest, JoinGroupResponse } from '../protocol/join-group.ts';
import type { SyncGroupRequest, SyncGroupResponse } from '../protocol/sync-group.ts';
import { type Committer, judgeCommit } from './commit-rules.ts';
import type { GroupJournal } from './group-journal.ts';
import { emptyGroup, type Group, NOTHING, type Reply, type Step, type Token } from './group-state.ts';
import { join } from './join.ts';
import * as membership from './membership.ts';
import type { OffsetChange, StoredOffset } from './stored-groups.ts';

type Waiting = (reply: Reply) => void;
type Client = { clientId: string; clientHost: string };

const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Drives the groups' state machines: keeps their state and timers, makes new generations durable, sends the replies.
 * Time is monotonic, so that setting the clock ends no session.
 */
export class GroupCoordinator {
  readonly #journal: GroupJournal;
  readonly #onTrouble: (error: unknown) => void;
  readonly #groups = new Map<string, Group>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #waiting = new Map<Token, Waiting>();
  #nextToken: Token = 1;

  constructor(journal: GroupJournal, onTrouble: (error: unknown) => void) {
    this.#journal = journal;
    this.#onTrouble = onTrouble;
  }

  async join(request: JoinGroupRequest, client: Client): Promise<JoinGroupResponse> {
    const freshMemberId = `${client.clientId}-${randomUUID()}`;
    const group = this.#group(request.groupId);
    const reply = await this.#ask(request.groupId, (token) =>
      join(group, { request, freshMemberId, ...client, token }, performance.now()),
    );
    if (!('join' in reply)) throw new Error('a join was answered as a sync');
    return reply.join;
  }

  async sync(request: SyncGroupRequest): Promise<SyncGroupResponse> {
    const group = this.#group(request.groupId);
    const reply = await this.#ask(request.groupId, (token) =>
      membership.sync(group, request, token, performance.now()),
    );
    if (!('sync' in reply)) throw new Error('a sync was answered as a join');
    return reply.sync;
  }

  heartbeat(groupId: string, member: Committer): ErrorCode {
    const { group, errorCode } = membership.heartbeat(this.#group(groupId), member, performance.now());
    if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.REBALANCE_IN_PROGRESS) this.#keep(group);
    return errorCode;
  }

  leave(groupId: string, memberId: string): ErrorCode {
    const { errorCode, ...step } = membership.leave(this.#group(groupId), memberId, performance.now());
    if (this.#groups.has(groupId)) this.#take(groupId, step);
    return errorCode;
  }

  /** The answer comes when the offsets are durable; a commit also counts as a sign of life. */
  async commit(groupId: string, committer: Committer, offsets: OffsetChange[]): Promise<ErrorCode> {
    const errorCode = judgeCommit(this.#group(groupId), committer);
    if (errorCode !== ErrorCode.NONE) return errorCode;
    if (committer.generation >= 0) this.heartbeat(groupId, committer);
    if (offsets.length > 0) await this.#journal.record({ kind: 'offsets', group: groupId, offsets });
    return ErrorCode.NONE;
  }

  committed(groupId: string): ReadonlyMap<string, ReadonlyMap<number, StoredOffset>> {
    return this.#journal.groups.get(groupId)?.offsets ?? new Map();
  }

  list(): { groupId: string; protocolType: string }[] {
    const ids = new Set([...this.#journal.groups.keys(), ...this.#groups.keys()]);
    return [...ids].sort().map((groupId) => ({ groupId, protocolType: this.#group(groupId).protocolType }));
  }

  describe(groupId: string): DescribedGroup {
    const { phase, ...group } = this.#group(groupId);
    const protocol = phase.name === 'stable' || phase.name === 'completing' ? phase.protocol : '';
    return {
      errorCode: ErrorCode.NONE,
      groupId,
      state: this.#isKnown(groupId) ? STATE_NAMES[phase.name] : 'Dead',
      protocolType: group.protocolType,
      protocol,
      members: [...group.members.values()].map((member) => ({
        memberId: member.id,
        clientId: member.clientId,
        clientHost: member.clientHost,
        metadata: member.protocols.find(({ name }) => name === protocol)?.metadata ?? NOTHING,
        assignment: member.assignment,
      })),
    };
  }

  async delete(groupId: string): Promise<ErrorCode> {
    if (!this.#isKnown(groupId)) return ErrorCode.GROUP_ID_NOT_FOUND;
    if (this.#group(groupId).phase.name !== 'empty') return ErrorCode.NON_EMPTY_GROUP;
    this.#groups.delete(groupId);
    await this.#journal.record({ kind: 'group-deleted', group: groupId });
    return ErrorCode.NONE;
  }

  /** Committed offsets of a topic that is gone would be wrong for one of the same name. */
  forgetTopic(topic: string): Promise<void> {
    return this.#journal.record({ kind: 'topic-deleted', topic });
  }

  /** For topics whose deletion a crash cut short. */
  async forgetTopicsExcept(existing: ReadonlySet<string>): Promise<void> {
    const committed = [...this.#journal.groups.values()].flatMap(({ offsets }) => [...offsets.keys()]);
    for (const topic of new Set(committed)) if (!existing.has(topic)) await this.forgetTopic(topic);
  }

  close(): Promise<void> {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    return this.#journal.close();
  }

  #isKnown(groupId: string): boolean {
    return this.#groups.has(groupId) || this.#journal.groups.has(groupId);
  }

  #group(groupId: string): Group {
    const stored = this.#journal.groups.get(groupId);
    return this.#groups.get(groupId) ?? emptyGroup(groupId, stored?.generation, stored?.protocolType);
  }

  #ask(groupId: string, step: (token: Token) => Step): Promise<Reply> {
    const token = this.#nextToken;
    this.#nextToken += 1;
    return new Promise((resolve) => {
      this.#waiting.set(token, resolve);
      this.#take(groupId, step(token));
    });
  }

  /** Moves the group on. The new state counts at once; who waits for it hears of it when its generation is durable. */
  #take(groupId: string, step: Step): void {
    const { generation, protocolType } = step.group;
    const isNewGeneration = generation !== this.#group(groupId).generation;
    this.#keep(step.group);
    if (!isNewGeneration) {
      this.#send(step.replies);
      return;
    }
    this.#journal.record({ kind: 'generation', group: groupId, generation, protocolType }).then(
      () => this.#send(step.replies),
      (error: unknown) => {
        this.#onTrouble(error);
        this.#send(step.replies.map(asNotDurable));
      },
    );
  }

  #keep(group: Group): void {
    if (isUnused(group)) this.#groups.delete(group.id);
    else this.#groups.set(group.id, group);
    clearTimeout(this.#timers.get(group.id));
    this.#timers.delete(group.id);
    const deadline = membership.nextDeadline(group);
    if (deadline === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.min(MAX_TIMER_MS, Math.max(0, deadline - performance.now()));
    this.#timers.set(
      group.id,
      setTimeout(() => this.#take(group.id, membership.tick(this.#group(group.id), performance.now())), delayMs),
    );
  }

  #send(replies: readonly Reply[]): void {
    for (const reply of replies) {
      this.#waiting.get(reply.to)?.(reply);
      this.#waiting.delete(reply.to);
    }
  }
}

const STATE_NAMES = {
  empty: 'Empty',
  preparing: 'PreparingRebalance',
  completing: 'CompletingRebalance',
  stable: 'Stable',
} as const;

/** As it would be made anew: keeping it would only cost memory. */
function isUnused(group: Group): boolean {
  return group.generation === 0 && group.phase.name === 'empty' && group.promisedIds.size === 0;
}

/** A generation that might be given out again after a crash must not be worked in: the members join anew. */
function asNotDurable(reply: Reply): Reply {
  const errorCode = ErrorCode.REBALANCE_IN_PROGRESS;
  return 'join' in reply
    ? { to: reply.to, join: { ...reply.join, errorCode, generation: -1, members: [] } }
    : { to: reply.to, sync: { errorCode, assignment: NOTHING } };
}
