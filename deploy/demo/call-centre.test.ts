import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callCentre } from './call-centre.ts';
import { totalsOf } from './truth.ts';

const startUs = 1_790_000_000_000_123;
const calls = Array.from({ length: 1500 }, (_, at) => callCentre('test').callAt(at, startUs + at * 1_000_000));

test('a seed decides everything', () => {
  const again = callCentre('test').callAt(7, startUs + 7_000_000);
  assert.deepEqual(again, calls[7]);
  assert.notDeepEqual(callCentre('other').callAt(7, startUs + 7_000_000), again);
});

test('every kind of call occurs', () => {
  const totals = totalsOf(calls.map(({ truth }) => truth));
  assert.equal(totals.calls, 1500);
  const dispositions = ['answered', 'abandoned', 'cancelled', 'busy', 'rejected', 'no_answer', 'failed'];
  assert.deepEqual(Object.keys(totals.by_disposition).sort(), dispositions.sort());
  assert.deepEqual(Object.keys(totals.by_direction).sort(), ['inbound', 'internal', 'outbound']);
  assert.ok(calls.some(({ truth }) => truth.hold_ms > 0));
  const share = totals.recordings / totals.calls;
  assert.ok(share > 0.2 && share < 0.4, `${share} of the calls are recorded`);
});

test('ids are of one call only', () => {
  const ids = calls.flatMap(({ truth }) => truth.legs.map((leg) => leg.leg_id));
  assert.equal(new Set(ids).size, ids.length);
});

test('events are in order, of the call, and their times agree with the truth', () => {
  for (const { events, truth } of calls) {
    assert.deepEqual(
      events.map(({ atUs }) => atUs),
      events.map(({ atUs }) => atUs).sort((a, b) => a - b),
    );
    const created = events.filter(({ event }) => event['Event-Name'] === 'CHANNEL_CREATE');
    assert.deepEqual(
      created.map(({ event }) => event['Unique-ID']),
      truth.legs.map(({ leg_id }) => leg_id),
    );
    for (const { event } of events) {
      assert.equal(event['Channel-Call-UUID'] ?? event['CC-Member-Session-UUID'], truth.call_key);
      assert.equal(event['FreeSWITCH-Switchname'], truth.switch_id);
    }
  }
});

test('spans are whole ms and add up', () => {
  for (const { truth } of calls) {
    for (const span of ['duration_ms', 'wait_ms', 'connect_ms', 'hold_ms', 'talk_ms', 'bill_ms'] as const)
      assert.ok(Number.isInteger(truth[span]) && truth[span] >= 0, `${span} ${truth[span]}`);
    assert.equal(truth.talk_ms + truth.hold_ms, truth.connect_ms);
    assert.ok(truth.connect_ms <= truth.duration_ms);
    assert.equal(truth.disposition === 'answered', truth.answered_at !== null);
  }
});
