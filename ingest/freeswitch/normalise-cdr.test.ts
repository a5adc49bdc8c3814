import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../schemas/events.ts';
import { callCdr, callee, callEvents, createdUs, moments, root } from '../testing/freeswitch-call.ts';
import { eventsOf, identity, only, rejectionOf, source } from '../testing/sources.ts';
import { normaliseFreeswitchCdr } from './normalise-cdr.ts';
import { normaliseFreeswitchEvent } from './normalise-event.ts';

const variables = callCdr()['variables'] as Record<string, string>;
const withVariables = (more: Record<string, unknown>) => ({ ...callCdr(), variables: { ...variables, ...more } });

test('a CDR tells the same leg as its events do, at the same times', () => {
  const byCdr = eventsOf(normaliseFreeswitchCdr(callCdr(), source()));
  const byEvents = callEvents()
    .flatMap((headers) => eventsOf(normaliseFreeswitchEvent(headers, source())))
    .filter(({ leg_id, native }) => leg_id === root && native.name !== 'CHANNEL_HANGUP');
  const facts = ({ type, call_key, call_started_at, leg_id, occurred_at, payload }: Event) => [
    type,
    call_key,
    call_started_at,
    leg_id,
    occurred_at,
    payload,
  ];
  const told = ['leg.created', 'leg.answered', 'leg.bridged', 'leg.held', 'leg.resumed', 'leg.ended'] as const;
  for (const type of told)
    assert.deepEqual(facts(only(byCdr, type) as Event), facts(only(byEvents, type) as Event), type);
});

test('what a CDR adds: when the other side rang', () => {
  const event = only(eventsOf(normaliseFreeswitchCdr(callCdr(), source())), 'leg.progress');
  assert.deepEqual([event.payload.kind, event.occurred_at], ['ringing', moments.ringing]);
});

test('an unanswered leg has neither answer nor bridge', () => {
  const cdr = withVariables({
    answer_uepoch: '0',
    bridge_uepoch: '0',
    hold_events: '',
    hangup_cause: 'NO_ANSWER',
    sip_term_status: '480',
  });
  const events = eventsOf(normaliseFreeswitchCdr(cdr, source()));
  assert.deepEqual(
    events.map(({ type }) => type),
    ['leg.created', 'leg.progress', 'leg.ended'],
  );
  const { payload } = only(events, 'leg.ended');
  assert.deepEqual([payload.cause_q850, payload.sip_code, payload.totals?.bill_ms], [18, 480, 0]);
});

test('a called leg belongs to the call of its root and does not know when that began', () => {
  const cdr = withVariables({ uuid: callee, direction: 'outbound', last_bridge_role: 'originatee', bridge_uuid: root });
  const events = eventsOf(normaliseFreeswitchCdr(cdr, source()));
  assert.deepEqual(new Set(events.map((event) => event.call_key)), new Set([root]));
  assert.deepEqual(new Set(events.map((event) => event.call_started_at)), new Set([null]));
  assert.equal(only(events, 'leg.bridged').payload.bridge_id, `${root}/${callee}`);
});

test('a called leg belongs to the call of who originated it, whatever its own call id', () => {
  const called = { direction: 'outbound', originator: root, last_bridge_role: 'originatee', bridge_uuid: root };
  const cdr = withVariables({ uuid: callee, call_uuid: callee, ...called });
  const events = eventsOf(normaliseFreeswitchCdr(cdr, source()));
  assert.deepEqual(new Set(events.map((event) => event.call_key)), new Set([root]));
});

test('holds are all told, the last without an end where it lasted to the hangup', () => {
  const cdr = withVariables({ hold_events: `{{${moments.held},${moments.resumed}},{${moments.resumed + 5},0}}` });
  const events = eventsOf(normaliseFreeswitchCdr(cdr, source()));
  const spans = events.filter(({ type }) => type === 'leg.held' || type === 'leg.resumed');
  assert.deepEqual(
    spans.map(({ type, occurred_at }) => [type, occurred_at]),
    [
      ['leg.held', moments.held],
      ['leg.resumed', moments.resumed],
      ['leg.held', moments.resumed + 5],
    ],
  );
  assert.equal(new Set(spans.map(({ event_id }) => event_id)).size, 3);
});

test('what a CDR must have is told by name', () => {
  const rejected = (cdr: Record<string, unknown>) => {
    const { code, field } = rejectionOf(normaliseFreeswitchCdr(cdr, source()));
    return [code, field];
  };
  assert.deepEqual(rejected({}), ['MISSING_FIELD', 'variables.uuid']);
  assert.deepEqual(rejected({ ...callCdr(), switchname: 7 }), ['SWITCH_UNKNOWN', 'switchname']);
  assert.deepEqual(rejected(withVariables({ start_uepoch: '0' })), ['MISSING_FIELD', 'variables.start_uepoch']);
  assert.deepEqual(rejected(withVariables({ end_uepoch: 'soon' })), ['TIME_OUT_OF_RANGE', 'variables.end_uepoch']);
});

test('no CDR makes it throw, and twice the same is the same', () => {
  const cdr = fc.record(
    {
      'core-uuid': fc.anything(),
      switchname: fc.oneof(fc.constant('pbx-1'), fc.anything()),
      variables: fc.oneof(
        fc.anything(),
        fc
          .dictionary(fc.constantFrom(...Object.keys(variables)), fc.oneof(fc.string({ unit: 'binary' }), fc.nat()))
          .map((more) => ({ ...variables, ...more })),
      ),
      callflow: fc.anything(),
    },
    { requiredKeys: ['variables'] },
  );
  fc.assert(
    fc.property(cdr, (record) => {
      const [first, second] = [1, 2].map((hours) =>
        normaliseFreeswitchCdr(record as Record<string, unknown>, source({ observedAtUs: createdUs + hours * 3.6e9 })),
      );
      if (first === undefined || 'rejection' in first || second === undefined || 'rejection' in second) return;
      assert.deepEqual(first.events.map(identity), second.events.map(identity));
    }),
    { numRuns: 150 },
  );
});
