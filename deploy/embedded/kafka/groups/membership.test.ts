import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ErrorCode } from '../protocol/error-codes.ts';
import { judgeCommit } from './commit-rules.ts';
import { emptyGroup, type Group, type Reply, type Step } from './group-state.ts';
import { join } from './join.ts';
import { heartbeat, leave, nextDeadline, sync, tick } from './membership.ts';
import { INITIAL_DELAY_MS } from './rebalance.ts';

const SESSION_MS = 10_000;
const REBALANCE_MS = 60_000;

type JoinSettings = { metadata?: string; protocols?: string[]; mustKnowItsId?: boolean; sessionTimeoutMs?: number };

/** A group with a clock of its own; requests are named by the token they wait with. */
class Scene {
  group: Group;
  nowMs = 0;
  replies = new Map<number, Reply>();
  #token = 0;
  #fresh = 0;

  constructor(group: Group = emptyGroup('g')) {
    this.group = group;
  }

  join(memberId: string, { metadata = 'm', protocols = ['range'], ...settings }: JoinSettings = {}): number {
    this.#fresh += 1;
    const request = {
      groupId: 'g',
      sessionTimeoutMs: settings.sessionTimeoutMs ?? SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      memberId,
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: protocols.map((name) => ({ name, metadata: Buffer.from(metadata) })),
      mustKnowItsId: settings.mustKnowItsId ?? false,
    };
    const event = {
      request,
      freshMemberId: `member-${this.#fresh}`,
      clientId: 'c',
      clientHost: 'h',
      token: this.#next(),
    };
    return this.#take(join(this.group, event, this.nowMs));
  }

  sync(memberId: string, generation = this.group.generation, assignTo: string[] = []): number {
    const assignments = assignTo.map((id) => ({ memberId: id, assignment: Buffer.from(`for ${id}`) }));
    const request = { groupId: 'g', generation, memberId, assignments };
    return this.#take(sync(this.group, request, this.#next(), this.nowMs));
  }

  heartbeat(memberId: string, generation = this.group.generation): ErrorCode {
    const { group, errorCode } = heartbeat(this.group, { memberId, generation }, this.nowMs);
    this.group = group;
    return errorCode;
  }

  leave(memberId: string): ErrorCode {
    const step = leave(this.group, memberId, this.nowMs);
    this.#take(step);
    return step.errorCode;
  }

  commit(memberId: string, generation = this.group.generation): ErrorCode {
    return judgeCommit(this.group, { memberId, generation });
  }

  /** Moves the clock, stopping at each deadline on the way as the coordinator's timer does. */
  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (let next = nextDeadline(this.group); next <= end; next = nextDeadline(this.group)) {
      this.nowMs = Math.max(this.nowMs, next);
      this.#take(tick(this.group, this.nowMs));
    }
    this.nowMs = end;
  }

  joined(token: number): Extract<Reply, { join: object }>['join'] {
    const reply = this.replies.get(token);
    assert.ok(reply !== undefined && 'join' in reply, 'the join is answered');
    return reply.join;
  }

  synced(token: number): { errorCode: ErrorCode; assignment: string } {
    const reply = this.replies.get(token);
    assert.ok(reply !== undefined && 'sync' in reply, 'the sync is answered');
    return { errorCode: reply.sync.errorCode, assignment: String(reply.sync.assignment) };
  }

  isOpen(token: number): boolean {
    return !this.replies.has(token);
  }

  #next(): number {
    this.#token += 1;
    return this.#token;
  }

  #take(step: Step): number {
    this.group = step.group;
    for (const reply of step.replies) {
      assert.ok(!this.replies.has(reply.to), 'a request is answered once');
      this.replies.set(reply.to, reply);
    }
    return this.#token;
  }
}

/** Two members, the first of them the leader, in generation 1. */
function stableGroup(): Scene {
  const scene = new Scene();
  scene.join('');
  scene.join('');
  scene.pass(INITIAL_DELAY_MS);
  scene.sync('member-1', 1, ['member-1', 'member-2']);
  scene.sync('member-2', 1);
  return scene;
}

test('members that come together share the first generation; the leader learns of all', () => {
  const scene = new Scene();
  const first = scene.join('', { metadata: 'a' });
  const second = scene.join('', { metadata: 'b' });
  assert.ok(scene.isOpen(first) && scene.isOpen(second));
  scene.pass(INITIAL_DELAY_MS);
  const { generation, leader, members } = scene.joined(first);
  assert.deepEqual([generation, leader], [1, 'member-1']);
  assert.deepEqual(
    members.map(({ memberId, metadata }) => [memberId, String(metadata)]),
    [
      ['member-1', 'a'],
      ['member-2', 'b'],
    ],
  );
  assert.deepEqual(scene.joined(second).members, []);
});

test('assignments reach the followers when the leader brings them', () => {
  const scene = new Scene();
  scene.join('');
  scene.join('');
  scene.pass(INITIAL_DELAY_MS);
  const follower = scene.sync('member-2');
  assert.ok(scene.isOpen(follower));
  const leader = scene.sync('member-1', 1, ['member-1', 'member-2']);
  assert.deepEqual(scene.synced(leader), { errorCode: 0, assignment: 'for member-1' });
  assert.deepEqual(scene.synced(follower), { errorCode: 0, assignment: 'for member-2' });
  assert.equal(scene.group.phase.name, 'stable');
  assert.equal(scene.synced(scene.sync('member-2')).assignment, 'for member-2', 'asked again');
});

test('a new member first learns its id, then joins with it', () => {
  const scene = new Scene();
  const { errorCode, memberId } = scene.joined(scene.join('', { mustKnowItsId: true }));
  assert.equal(errorCode, ErrorCode.MEMBER_ID_REQUIRED);
  const joining = scene.join(memberId);
  scene.pass(INITIAL_DELAY_MS);
  assert.equal(scene.joined(joining).generation, 1);
});

test('an id that is promised holds the rebalance up until it expires', () => {
  const scene = new Scene();
  scene.join('', { mustKnowItsId: true, sessionTimeoutMs: 5_000 });
  const other = scene.join('');
  scene.pass(4_999);
  assert.ok(scene.isOpen(other));
  scene.pass(1);
  assert.equal(scene.joined(other).members.length, 1);
});

test('a member that joins a stable group makes all join again', () => {
  const scene = stableGroup();
  const third = scene.join('');
  assert.equal(scene.heartbeat('member-1'), ErrorCode.REBALANCE_IN_PROGRESS);
  const first = scene.join('member-1');
  assert.ok(scene.isOpen(third) && scene.isOpen(first));
  const second = scene.join('member-2');
  assert.deepEqual(
    [first, second, third].map((token) => scene.joined(token).generation),
    [2, 2, 2],
  );
  assert.equal(scene.joined(first).leader, 'member-1');
});

test('a member that does not come back in time is left out', () => {
  const scene = stableGroup();
  const third = scene.join('');
  const first = scene.join('member-1');
  for (let passed = 0; passed < REBALANCE_MS; passed += 5_000) {
    assert.ok(scene.isOpen(first));
    scene.heartbeat('member-2', 1); // alive, but busy
    scene.pass(5_000);
  }
  assert.deepEqual(
    scene.joined(first).members.map(({ memberId }) => memberId),
    ['member-1', scene.joined(third).memberId],
  );
  assert.equal(scene.heartbeat('member-2', 1), ErrorCode.UNKNOWN_MEMBER_ID);
});

test('a silent member is given up when its session ends, and the others share its work', () => {
  const scene = stableGroup();
  scene.pass(6_000);
  assert.equal(scene.heartbeat('member-1'), ErrorCode.NONE);
  scene.pass(4_000);
  assert.equal(scene.group.phase.name, 'preparing');
  assert.equal(scene.heartbeat('member-1'), ErrorCode.REBALANCE_IN_PROGRESS);
  assert.equal(scene.joined(scene.join('member-1')).members.length, 1);
});

test('a leader that dies before it assigns sends the followers back to join', () => {
  const scene = new Scene();
  scene.join('');
  scene.join('');
  scene.pass(INITIAL_DELAY_MS);
  const follower = scene.sync('member-2');
  scene.pass(SESSION_MS);
  assert.equal(scene.synced(follower).errorCode, ErrorCode.REBALANCE_IN_PROGRESS);
  const { leader, generation } = scene.joined(scene.join('member-2'));
  assert.deepEqual([leader, generation], ['member-2', 2]);
});

test('a member that waits for an answer is not given up', () => {
  const scene = stableGroup();
  scene.join('');
  const first = scene.join('member-1');
  for (let passed = 0; passed < 30_000; passed += 5_000) {
    scene.heartbeat('member-2');
    scene.pass(5_000);
  }
  assert.ok(scene.group.members.has('member-1') && scene.isOpen(first));
});

test('the last to leave empties the group, whose generation still counts', () => {
  const scene = stableGroup();
  assert.equal(scene.leave('member-1'), ErrorCode.NONE);
  assert.equal(scene.leave('member-2'), ErrorCode.NONE);
  assert.equal(scene.leave('member-2'), ErrorCode.UNKNOWN_MEMBER_ID);
  assert.deepEqual([scene.group.phase.name, scene.group.members.size], ['empty', 0]);
  const generation = scene.group.generation;
  const back = scene.join('');
  scene.pass(INITIAL_DELAY_MS);
  assert.equal(scene.joined(back).generation, generation + 1);
});

test('a follower whose answer was lost gets it again; a leader that joins again wants a rebalance', () => {
  const scene = stableGroup();
  assert.equal(scene.joined(scene.join('member-2')).generation, 1);
  assert.equal(scene.group.phase.name, 'stable');
  const leader = scene.join('member-1');
  assert.ok(scene.isOpen(leader));
  assert.equal(scene.group.phase.name, 'preparing');
});

test('a follower that subscribes to something else makes all join again', () => {
  const scene = stableGroup();
  scene.join('member-2', { metadata: 'other topics' });
  assert.equal(scene.group.phase.name, 'preparing');
});

test('the protocol is one that all know, by their votes', () => {
  const scene = new Scene();
  const token = scene.join('', { protocols: ['range', 'sticky', 'odd'] });
  scene.join('', { protocols: ['sticky', 'range'] });
  scene.join('', { protocols: ['sticky', 'range'] });
  const stranger = scene.join('', { protocols: ['odd'] });
  assert.equal(scene.joined(stranger).errorCode, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  scene.pass(INITIAL_DELAY_MS);
  assert.equal(scene.joined(token).protocolName, 'sticky');
});

const BAD_JOINS: [string, JoinSettings, ErrorCode][] = [
  ['a session too short', { sessionTimeoutMs: 10 }, ErrorCode.INVALID_SESSION_TIMEOUT],
  ['a session too long', { sessionTimeoutMs: 2e9 }, ErrorCode.INVALID_SESSION_TIMEOUT],
  ['no protocol', { protocols: [] }, ErrorCode.INCONSISTENT_GROUP_PROTOCOL],
];
for (const [name, settings, errorCode] of BAD_JOINS) {
  test(`${name} is refused and leaves no trace`, () => {
    const scene = new Scene();
    assert.equal(scene.joined(scene.join('', settings)).errorCode, errorCode);
    assert.deepEqual(scene.group, emptyGroup('g'));
  });
}

test('ids that nobody handed out are unknown everywhere', () => {
  const scene = stableGroup();
  assert.equal(scene.joined(scene.join('stranger')).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  assert.equal(scene.synced(scene.sync('stranger')).errorCode, ErrorCode.UNKNOWN_MEMBER_ID);
  assert.equal(scene.heartbeat('stranger'), ErrorCode.UNKNOWN_MEMBER_ID);
  assert.equal(scene.leave('stranger'), ErrorCode.UNKNOWN_MEMBER_ID);
});

test('commits are fenced by member and generation', () => {
  const scene = stableGroup();
  assert.equal(scene.commit('member-1'), ErrorCode.NONE);
  assert.equal(scene.commit('member-1', 0), ErrorCode.ILLEGAL_GENERATION);
  assert.equal(scene.commit('stranger'), ErrorCode.UNKNOWN_MEMBER_ID);
  assert.equal(scene.commit('', -1), ErrorCode.UNKNOWN_MEMBER_ID, 'only an empty group takes commits from nobody');
  scene.join('');
  assert.equal(scene.commit('member-1'), ErrorCode.NONE, 'its successor has not started');
  scene.join('member-1');
  scene.join('member-2');
  assert.equal(scene.commit('member-1', 1), ErrorCode.ILLEGAL_GENERATION);
  assert.equal(scene.commit('member-1', 2), ErrorCode.REBALANCE_IN_PROGRESS);
  assert.equal(new Scene().commit('', -1), ErrorCode.NONE);
  assert.equal(new Scene(emptyGroup('g', 5)).commit('member-1', 5), ErrorCode.UNKNOWN_MEMBER_ID);
});

test('whatever happens, requests are answered once, generations only grow, and only the current one may commit', () => {
  const member = fc.integer({ min: 1, max: 5 }).map((n) => `member-${n}`);
  const action = fc.oneof(
    fc.record({ do: fc.constant('join' as const), who: fc.oneof(member, fc.constant('')), mustKnow: fc.boolean() }),
    fc.record({ do: fc.constant('sync' as const), who: member, back: fc.nat(1) }),
    fc.record({ do: fc.constant('leave' as const), who: member }),
    fc.record({ do: fc.constant('beat' as const), who: member }),
    fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 70_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const scene = new Scene();
      for (const step of actions) {
        const { generation } = scene.group;
        if (step.do === 'join') scene.join(step.who, { mustKnowItsId: step.mustKnow });
        if (step.do === 'sync') scene.sync(step.who, generation - step.back, [...scene.group.members.keys()]);
        if (step.do === 'leave') scene.leave(step.who);
        if (step.do === 'beat') scene.heartbeat(step.who);
        if (step.do === 'pass') scene.pass(step.ms);
        checkInvariants(scene, generation);
      }
      scene.pass(3 * REBALANCE_MS + 3 * SESSION_MS);
      assert.equal(scene.group.members.size, 0, 'who falls silent is given up in the end');
      assert.equal(scene.group.phase.name, 'empty');
    }),
    { numRuns: 500 },
  );
});

function checkInvariants({ group }: Scene, before: number): void {
  assert.ok(group.generation >= before);
  assert.equal(group.phase.name === 'empty', group.members.size === 0 && group.phase.name !== 'preparing');
  if (group.phase.name === 'stable' || group.phase.name === 'completing') {
    assert.ok(group.members.has(group.phase.leader), 'the leader is a member');
  }
  for (const member of group.members.values()) {
    if (member.waiting?.for === 'join') assert.equal(group.phase.name, 'preparing');
    if (member.waiting?.for === 'sync') assert.equal(group.phase.name, 'completing');
    assert.notEqual(judgeCommit(group, { memberId: member.id, generation: group.generation - 1 }), ErrorCode.NONE);
  }
}
