import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callee, channelEvent, createdUs, type HeaderSet, root } from '../testing/freeswitch-call.ts';
import { eventsOf, identity, only, rejectionOf, source } from '../testing/sources.ts';
import { normaliseFreeswitchEvent } from './normalise-event.ts';

const joinedS = createdUs / 1_000_000 + 2;
const visit = 'v15170000-0000-4000-8000-000000000001';
const agent = '1002@pbx.example.net';

/** An event of mod_callcenter about one caller, without the headers of a channel. */
const queueEvent = (action: string, atS: number, more: HeaderSet = {}): HeaderSet => ({
  'Event-Name': 'CUSTOM',
  'Event-Subclass': 'callcenter::info',
  'Core-UUID': 'boot',
  'FreeSWITCH-Switchname': 'pbx-1',
  'Event-Date-Timestamp': String(atS * 1_000_000),
  'Event-Sequence': String(Math.round(atS)),
  'CC-Action': action,
  'CC-Queue': 'support@default',
  'CC-Agent': agent,
  'CC-Member-UUID': visit,
  'CC-Member-Session-UUID': root,
  ...more,
});

const read = (headers: HeaderSet) => eventsOf(normaliseFreeswitchEvent(headers, source()));

test('a caller who is answered after a second offer', () => {
  const calledS = joinedS + 12;
  const told = [
    queueEvent('member-queue-start', joinedS),
    queueEvent('agent-offering', joinedS + 1.2),
    queueEvent('bridge-agent-fail', joinedS + 11, {
      'CC-Hangup-Cause': 'NO_ANSWER',
      'CC-Agent-Called-Time': String(joinedS + 1),
      'CC-Agent-Aborted-Time': String(joinedS + 11),
    }),
    queueEvent('agent-offering', calledS),
    queueEvent('bridge-agent-start', calledS + 5, {
      'CC-Agent-UUID': callee,
      'CC-Agent-Called-Time': String(calledS),
      'CC-Agent-Answered-Time': String(calledS + 5),
      'CC-Member-Joined-Time': String(joinedS),
    }),
    queueEvent('bridge-agent-end', calledS + 65, {
      'CC-Agent-Answered-Time': String(calledS + 5),
      'CC-Bridge-Terminated-Time': String(calledS + 65),
      'CC-Member-Joined-Time': String(joinedS),
    }),
    queueEvent('member-queue-end', calledS + 65.1, { 'CC-Cause': 'Terminated' }),
  ].flatMap(read);
  assert.deepEqual(
    told.map(({ type }) => type),
    [
      'queue.entered',
      'queue.offered',
      'queue.offer_ended',
      'queue.offered',
      'queue.offer_ended',
      'queue.connected',
      'queue.completed',
    ],
  );
  for (const event of told) {
    assert.equal(event.call_key, root);
    assert.ok('visit_id' in event.payload && event.payload.visit_id === visit);
  }
  const attempts = told.flatMap((event) => ('attempt_id' in event.payload ? [event.payload.attempt_id] : []));
  assert.equal(attempts[0], attempts[1]);
  assert.equal(attempts[2], attempts[3]);
  assert.notEqual(attempts[0], attempts[2]);
  const failed = told[2];
  assert.ok(failed?.type === 'queue.offer_ended');
  assert.deepEqual([failed.payload.outcome, failed.payload.ring_ms], ['no_answer', 10_000]);
  const { payload } = only(told, 'queue.connected');
  assert.deepEqual([payload.wait_ms, payload.ring_ms, payload.agent_leg_id], [17_000, 5000, callee]);
  assert.equal(only(told, 'queue.completed').payload.connect_ms, 60_000);
});

test('why a caller left', () => {
  const outcome = (reason: string) =>
    only(
      read(queueEvent('member-queue-end', joinedS + 30, { 'CC-Cause': 'Cancel', 'CC-Cancel-Reason': reason })),
      'queue.left',
    ).payload.outcome;
  assert.equal(outcome('BREAK_OUT'), 'abandoned');
  assert.equal(outcome('TIMEOUT'), 'timeout');
  assert.equal(outcome('NO_AGENT_TIMEOUT'), 'no_agents');
  assert.equal(outcome('EXIT_WITH_KEY'), 'exit_key');
  assert.equal(outcome('NONE'), 'abandoned');
});

test('why an offer ended', () => {
  const outcome = (cause: string) =>
    only(read(queueEvent('bridge-agent-fail', joinedS + 5, { 'CC-Hangup-Cause': cause })), 'queue.offer_ended').payload
      .outcome;
  assert.equal(outcome('USER_BUSY'), 'busy');
  assert.equal(outcome('CALL_REJECTED'), 'rejected');
  assert.equal(outcome('LOSE_RACE'), 'lost_race');
  assert.equal(outcome('ORIGINATOR_CANCEL'), 'lost_race');
  assert.equal(outcome('NORMAL_TEMPORARY_FAILURE'), 'failed');
});

test('with the headers of the caller’s channel the anchor is known, with the agent’s it is not', () => {
  const channel = channelEvent('CUSTOM', createdUs);
  const ofCaller = read({ ...channel, ...queueEvent('member-queue-start', joinedS) });
  assert.equal(only(ofCaller, 'queue.entered').call_started_at, createdUs);
  const ofAgent = read({
    ...channel,
    ...queueEvent('bridge-agent-end', joinedS + 9),
    'Unique-ID': callee,
    'Channel-Call-UUID': callee,
  });
  const event = only(ofAgent, 'queue.completed');
  assert.deepEqual([event.call_key, event.call_started_at], [root, null]);
});

test('an agent called by the queue is a call of its own that is joined to the caller’s, told under both keys', () => {
  const told = read({
    ...channelEvent('CUSTOM', createdUs),
    ...queueEvent('bridge-agent-start', joinedS + 9, { 'CC-Agent-UUID': callee }),
    'Unique-ID': callee,
    'Channel-Call-UUID': callee,
    'Caller-Channel-Created-Time': String(createdUs + 5_000_000),
  });
  const links = told.filter(({ type }) => type === 'call.linked');
  assert.deepEqual(
    links.map((event) => [event.call_key, event.call_started_at]),
    [
      [root, null],
      [callee, createdUs + 5_000_000],
    ],
  );
  for (const { payload } of links)
    assert.ok('from_call_key' in payload && payload.from_call_key === callee && payload.into_call_key === root);
  assert.equal(new Set(told.map(identity)).size, told.length);
});

test('what an agent does', () => {
  const types = (status: string) =>
    read(queueEvent('agent-status-change', joinedS, { 'CC-Agent-Status': status })).map(({ type }) => type);
  assert.deepEqual(types('Available'), ['agent.logged_in', 'agent.unpaused']);
  assert.deepEqual(types('Available (On Demand)'), ['agent.logged_in', 'agent.unpaused']);
  assert.deepEqual(types('On Break'), ['agent.paused']);
  assert.deepEqual(types('Logged Out'), ['agent.logged_out']);
  assert.deepEqual(types('Dreaming'), []);
});

test('an event of a caller without a name for the visit is refused, actions without interest are not', () => {
  const nameless = normaliseFreeswitchEvent(queueEvent('agent-offering', joinedS, { 'CC-Member-UUID': '' }), source());
  assert.deepEqual(rejectionOf(nameless).field, 'CC-Member-UUID');
  assert.deepEqual(read(queueEvent('members-count', joinedS)), []);
});
