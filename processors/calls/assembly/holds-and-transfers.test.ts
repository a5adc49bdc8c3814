import { suite, test } from 'node:test';
import { at } from '../../testing/event-table.ts';
import { given } from '../../testing/given.ts';

const talking = `
  0.0  leg.created  a dir=in kind=user from=1001 to=1002
  0.2  leg.created  b dir=out kind=user to=1002
  1.0  leg.progress b
  2.0  leg.answered b
  2.0  leg.answered a
  2.0  leg.bridged  a with=b`;

suite('hold', () => {
  test('both sides at once count once', () => {
    given(`${talking}
      4.0  leg.held    a
      5.0  leg.held    b
      6.0  leg.resumed a
      7.0  leg.resumed b
      10.0 leg.ended   a q850=16
      10.0 leg.ended   b q850=16
    `).gives({
      connect_ms: 8000,
      hold_ms: 3000,
      talk_ms: 5000,
      holds: [
        { leg_id: 'a', from: at(4), to: at(6) },
        { leg_id: 'b', from: at(5), to: at(7) },
      ],
    });
  });

  test('a hold that was never resumed ends with the call', () => {
    given(`${talking}
      4.0  leg.held  b
      9.0  leg.ended b q850=16 by=far
      9.0  leg.ended a q850=16
    `).gives({ connect_ms: 7000, hold_ms: 5000, ended_by: 'callee', holds: [{ leg_id: 'b', from: at(4), to: at(9) }] });
  });

  test('repeated and unbalanced words change nothing', () => {
    given(`${talking}
      3.0  leg.resumed a
      4.0  leg.held    a
      5.0  leg.held    a
      6.0  leg.resumed a
      7.0  leg.resumed a
      10.0 leg.ended   a q850=16
      10.0 leg.ended   b q850=16
    `).gives({ hold_ms: 2000, holds: [{ from: at(4), to: at(6) }] });
  });

  test('parked, and fetched by another', () => {
    given(`${talking}
      4.0  leg.unbridged   a with=b
      4.0  leg.bridged     a bridge=lot bridge_kind=park
      4.1  leg.ended       b q850=16
      9.0  leg.created     c dir=in kind=user from=1003 to=701
      9.0  leg.transferred a transfer=park_retrieve by=c to_leg=c
      9.1  leg.answered    c
      9.2  leg.unbridged   a bridge=lot bridge_kind=park
      9.2  leg.bridged     a with=c
      12.0 leg.ended       a q850=16 by=far
      12.0 leg.ended       c q850=16
    `).gives({
      disposition: 'answered',
      connect_ms: 10_000,
      hold_ms: 5200,
      talk_ms: 4800,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'caller',
      ended_at: at(12),
    });
  });

  test('parked, and gone', () => {
    given(`${talking}
      4.0  leg.unbridged a with=b
      4.0  leg.bridged   a bridge=lot bridge_kind=park
      4.1  leg.ended     b q850=16
      9.0  leg.ended     a q850=16 by=far
    `).gives({ disposition: 'answered', connect_ms: 7000, hold_ms: 5000, state: 'ended' });
  });
});

suite('transfers', () => {
  test('blind, by the callee: one call, what was said before counts', () => {
    given(`${talking}
      5.0  leg.transferred b transfer=blind by=b target=1003
      5.0  leg.unbridged   a with=b
      5.0  leg.ended       b cause=BLIND_TRANSFER
      5.1  leg.created     c dir=out kind=user to=1003
      6.0  leg.progress    c
      8.0  leg.answered    c
      8.0  leg.bridged     a with=c
      12.0 leg.ended       c q850=16 cause=NORMAL_CLEARING
      12.0 leg.ended       a q850=16
    `).gives({
      connect_ms: 7000,
      talk_ms: 7000,
      ring_ms: 1000,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'caller',
      transfers: [{ kind: 'blind', by_leg_id: 'b', from: '1002', to: '1003', completed: true }],
    });
  });

  test('blind, to somebody who does not answer, and back to the transferrer', () => {
    given(`${talking}
      5.0  leg.transferred b transfer=blind by=b target=1003
      5.0  leg.unbridged   a with=b
      5.1  leg.created     c dir=out kind=user to=1003
      9.0  leg.ended       c q850=19
      9.5  leg.bridged     a with=b
      12.0 leg.ended       a q850=16
      12.0 leg.ended       b q850=16
    `).gives({ disposition: 'answered', connect_ms: 5500, transfers: [{ kind: 'blind', completed: false }] });
  });

  test('blind, by the caller: the call ends with the last leg', () => {
    given(`${talking}
      5.0  leg.transferred a transfer=blind by=a target=1003
      5.0  leg.unbridged   a with=b
      5.0  leg.ended       a cause=BLIND_TRANSFER
      5.1  leg.created     c dir=out kind=trunk to=1003
      6.0  leg.answered    c
      6.0  leg.bridged     b with=c
      12.0 leg.ended       c q850=16
      12.1 leg.ended       b q850=16
    `).gives({
      state: 'ended',
      ended_at: at(12.1),
      duration_ms: 12_100,
      connect_ms: 9000,
      bill_ms: 3000,
      last_answered_by_id: '1003',
    });
  });

  test('the others stay a moment only: the call ends with its root', () => {
    given(`${talking}
      5.0  leg.ended a q850=16
      5.6  leg.ended b q850=16
    `).gives({ ended_at: at(5), duration_ms: 5000 });
  });

  test('attended: the caller waits while the target is consulted', () => {
    given(`${talking}
      5.0  leg.unbridged   a with=b
      5.1  leg.created     c dir=out kind=user to=1003
      6.0  leg.answered    c
      6.0  leg.bridged     b with=c
      9.0  leg.unbridged   b with=c
      9.0  leg.transferred b transfer=attended by=b from_leg=a to_leg=c target=1003
      9.0  leg.bridged     a with=c
      9.1  leg.ended       b cause=ATTENDED_TRANSFER
      15.0 leg.ended       a q850=16
      15.0 leg.ended       c q850=16
    `).gives({
      connect_ms: 12_000,
      hold_ms: 3000,
      talk_ms: 9000,
      last_answered_by_id: '1003',
      transfers: [{ kind: 'attended', completed: true, consult_leg_id: 'b' }],
    });
  });

  test('attended, but cancelled: back to the caller', () => {
    given(`${talking}
      5.0  leg.unbridged   a with=b
      5.1  leg.created     c dir=out kind=user to=1003
      6.0  leg.answered    c
      6.0  leg.bridged     b with=c
      8.0  leg.unbridged   b with=c
      8.0  leg.ended       c q850=16
      8.0  leg.bridged     a with=b
      8.0  leg.transferred b transfer=attended by=b from_leg=a to_leg=c target=1003
      15.0 leg.ended       a q850=16
      15.0 leg.ended       b q850=16
    `).gives({ hold_ms: 2000, connect_ms: 12_000, transfers: [{ kind: 'attended', completed: false }] });
  });

  test('attended, from a second leg of the transferrer', () => {
    given(`${talking}
      5.0  leg.held        a
      5.1  leg.created     d dir=in kind=user from=1002 to=1003
      5.2  leg.created     c dir=out kind=user to=1003
      6.0  leg.answered    c
      6.0  leg.bridged     d with=c
      9.0  leg.transferred b transfer=attended by=b from_leg=a to_leg=c
      9.0  leg.bridged     a with=c
      9.0  leg.ended       b q850=16
      9.0  leg.ended       d q850=16
      9.0  leg.resumed     a
      15.0 leg.ended       c q850=16
      15.0 leg.ended       a q850=16
    `).gives({
      connect_ms: 13_000,
      hold_ms: 4000,
      legs: [
        { leg_id: 'a', role: 'caller' },
        { leg_id: 'b', role: 'callee' },
        { leg_id: 'd', role: 'consult' },
        { leg_id: 'c', role: 'callee' },
      ],
      transfers: [{ consult_leg_id: 'd', completed: true, to: '1003' }],
    });
  });

  test('one transfer told on both its legs is one transfer', () => {
    given(`${talking}
      5.0  leg.transferred a transfer=blind by=b target=1003
      5.3  leg.transferred b transfer=blind by=b result=completed
      6.0  leg.ended a q850=16
      6.0  leg.ended b q850=16
    `).gives({ transfers: [{ at: at(5), to: '1003', completed: true }] });
  });

  test('forwarded when nobody answered: dialled is the first, callee who took it', () => {
    given(`
      0.0  leg.created     a dir=in kind=user from=1001 to=1002
      0.2  leg.created     b dir=out kind=user to=1002
      1.0  leg.progress    b
      9.0  leg.ended       b q850=19
      9.0  leg.transferred b transfer=forward by=b target=1003 reason=no_answer
      9.2  leg.created     c dir=out kind=user to=1003
      10.0 leg.answered    c
      10.0 leg.bridged     a with=c
      15.0 leg.ended       a q850=16
      15.0 leg.ended       c q850=16
    `).gives({
      dialled_number: '1002',
      callee_number: '1003',
      disposition: 'answered',
      legs: [{ role: 'caller' }, { leg_id: 'b', role: 'callee' }, { leg_id: 'c', role: 'callee' }],
      transfers: [{ kind: 'forward', to: '1003', completed: true }],
    });
  });

  test('picked up by another: the phone that rang lost', () => {
    given(`
      0.0  leg.created     a dir=in kind=trunk from=+15550001 to=1002
      0.2  leg.created     b dir=out kind=user to=1002
      1.0  leg.progress    b
      4.0  leg.created     p dir=in kind=user from=1005 to=*8
      4.1  leg.transferred b transfer=pickup by=p to_leg=p
      4.2  leg.answered    p
      4.2  leg.bridged     a with=p
      4.3  leg.ended       b q850=26
      9.0  leg.ended       a q850=16 by=far
      9.0  leg.ended       p q850=16
    `).gives({
      callee_number: '1005',
      answered_by_id: '1005',
      ended_by: 'caller',
      legs: [{ role: 'caller' }, { leg_id: 'b', role: 'loser' }, { leg_id: 'p', role: 'callee' }],
    });
  });
});

suite('several phones', () => {
  test('ring-all with a winner: the others lost, their causes do not count', () => {
    given(`
      0.0  leg.created  a dir=in kind=user from=1001 to=600
      0.2  leg.created  b dir=out kind=user to=1002
      0.2  leg.created  c dir=out kind=user to=1003
      0.2  leg.created  d dir=out kind=user to=1004
      1.0  leg.progress b
      2.0  leg.ended    d sip=486
      3.0  leg.answered c
      3.0  leg.bridged  a with=c
      3.1  leg.ended    b cause=LOSE_RACE
      8.9  leg.ended    c q850=16 cause=NORMAL_CLEARING
      9.0  leg.ended    a q850=16
    `).gives({
      disposition: 'answered',
      callee_number: '1003',
      dialled_number: '600',
      hangup_cause: 'NORMAL_CLEARING',
      legs: [
        { leg_id: 'a', role: 'caller' },
        { leg_id: 'b', role: 'loser' },
        { leg_id: 'c', role: 'callee' },
        { leg_id: 'd', role: 'callee' },
      ],
    });
  });

  test('ring-all without a winner is one call that nobody answered', () => {
    given(`
      0.0  leg.created  a dir=in kind=user from=1001 to=600
      0.2  leg.created  b dir=out kind=user to=1002
      0.2  leg.created  c dir=out kind=user to=1003
      20.0 leg.ended    b q850=19
      20.0 leg.ended    c q850=19
      20.5 leg.ended    a q850=19
    `).gives({ disposition: 'no_answer', legs: [{ role: 'caller' }, { role: 'callee' }, { role: 'callee' }] });
  });

  test('a conference is answered by the room; waiting for its moderator is no talk', () => {
    given(`
      0.0  leg.created   a dir=in kind=user from=1001 to=3000
      0.1  leg.answered  a
      0.1  app.entered   a app=conference name=daily
      0.2  leg.bridged   a bridge=w bridge_kind=announce
      5.0  leg.unbridged a bridge=w bridge_kind=announce
      5.0  leg.bridged   a bridge=room bridge_kind=conference
      15.0 leg.unbridged a bridge=room bridge_kind=conference
      15.1 leg.ended     a q850=16
    `).gives({
      disposition: 'answered',
      answered_at: at(5),
      connect_ms: 10_000,
      answered_by_kind: 'conference',
      answered_by_id: 'daily',
    });
  });

  test('a room of many, all of them in one call, is told leg by leg', () => {
    const legs = Array.from(
      { length: 12 },
      (_, leg) => `
      ${leg}   leg.created  x${leg} dir=in kind=user from=10${leg} to=3000
      ${leg}.5 leg.bridged  x${leg} bridge=room
      30       leg.ended    x${leg} q850=16`,
    );
    given(legs.join('\n')).gives({
      connect_ms: 29_500,
      bridges: legs.map(() => ({ kind: 'conference', other_leg_id: '' })),
    });
  });

  test('three in one bridge: the union of their time', () => {
    given(`${talking}
      5.0  leg.created  c dir=out kind=user to=1003
      6.0  leg.answered c
      6.0  leg.bridged  a with=c
      8.0  leg.ended    b q850=16
      10.0 leg.ended    c q850=16
      10.0 leg.ended    a q850=16
    `).gives({ connect_ms: 8000, duration_ms: 10_000 });
  });
});

suite('local channels', () => {
  const through = `
    0.0  leg.created   a dir=in kind=user from=1001 to=600
    0.2  leg.created   x dir=out kind=local endpoint=Local/600@group;1
    0.2  leg.created   y dir=in kind=local endpoint=Local/600@group;2
    0.3  leg.created   b dir=out kind=user to=1002
    4.0  leg.answered  b
    4.0  leg.answered  y
    4.0  leg.bridged   b bridge=far
    4.0  leg.bridged   y bridge=far
    4.1  leg.answered  x
    4.1  leg.bridged   a bridge=near
    4.1  leg.bridged   x bridge=near`;

  test('that stay: the callee is who is behind them', () => {
    given(`${through}
      9.0  leg.ended b q850=16 by=far
      9.0  leg.ended y
      9.1  leg.ended x
      9.1  leg.ended a q850=16
    `).gives({
      answered_at: at(4.1),
      connect_ms: 4900,
      callee_number: '1002',
      answered_by_leg_id: 'b',
      ended_by: 'callee',
      legs: [{ leg_id: 'a' }, { leg_id: 'b', role: 'callee' }],
      bridges: [{ leg_id: 'a', other_leg_id: 'b', from: at(4.1), to: at(9) }],
      native_ids: ['a', 'b', 'x', 'y'],
    });
  });

  test('that are optimised away: one conversation', () => {
    given(`${through}
      4.5  leg.unbridged a bridge=near
      4.5  leg.bridged   a bridge=far
      4.5  leg.ended     x
      4.5  leg.ended     y
      9.0  leg.ended     b q850=16
      9.0  leg.ended     a q850=16
    `).gives({ connect_ms: 4900, legs: [{ leg_id: 'a' }, { leg_id: 'b' }] });
  });

  test('to a queue’s agent: the agent is who is behind them', () => {
    given(`${through}
      0.1  queue.entered   a
      4.1  queue.connected a agent=ann agent_leg=x
      7.1  leg.ended       b q850=16
      7.1  leg.ended       y
      7.1  leg.ended       x
      9.1  leg.ended       a q850=16
    `).gives({
      answered_by_id: 'ann',
      legs: [{ leg_id: 'a' }, { leg_id: 'b', role: 'agent' }],
      queue_visits: [{ agent_leg_id: 'b', connect_ms: 3000, outcome: 'answered' }],
    });
  });
});

test('an old switch tells the bridge on the caller’s leg alone', () => {
  given(`
    0.0 leg.created   a dir=in kind=trunk from=+15550001 to=1002
    0.2 leg.created   b dir=out kind=user to=1002
    4.0 leg.answered  b
    4.2 leg.bridged   a bridge=a
    7.0 leg.unbridged a bridge=a
    7.1 leg.ended     b q850=16
    7.3 leg.ended     a q850=16
  `).gives({ disposition: 'answered', answered_at: at(4.2), connect_ms: 2800, answered_by_leg_id: 'b' });
});
