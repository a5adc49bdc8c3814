import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { at } from '../../testing/event-table.ts';
import { given } from '../../testing/given.ts';

const talking = `
  0.0  leg.created  a dir=in kind=user from=1001 to=1002
  0.2  leg.created  b dir=out kind=user to=1002
  2.0  leg.answered b
  2.0  leg.answered a
  2.0  leg.bridged  a with=b`;

const inferred = (leg: string, second: number, rule = 'new_boot'): string =>
  `${second} call.end_inferred ${leg} rule=${rule} last=${at(second)}`;

suite('ends that the closing rules inferred', () => {
  test('of every leg: the call ended with the last sign of life', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
    `).gives({
      state: 'ended',
      ended_at: at(60),
      duration_ms: 60_000,
      talk_ms: 58_000,
      disposition: 'answered',
      ended_by: 'switch',
      cause_q850: 41,
      quality: ['end_inferred'],
      legs: [{ ended_at: at(60) }, { ended_at: at(60) }],
    });
  });

  test('of one leg: the others go on, and so does the call', () => {
    given(`${talking}\n${inferred('b', 60)}`).gives({
      state: 'active',
      ended_at: null,
      quality: ['end_inferred'],
      legs: [{ ended_at: null }, { ended_at: at(60) }],
    });
  });

  test('of one leg, when the other told its own end: each ended when it did', () => {
    given(`${talking}
      ${inferred('a', 60)}
      300 leg.ended b q850=16
    `).gives({
      state: 'ended',
      ended_at: at(60),
      talk_ms: 58_000,
      legs: [{ ended_at: at(60) }, { ended_at: at(300) }],
      quality: ['end_inferred'],
    });
  });

  test('of a leg that only rang: how the call came out is told by the legs that said it', () => {
    given(`
      0.0  leg.created  a dir=in kind=user from=1001 to=600
      0.2  leg.created  b dir=out kind=user to=1002
      0.2  leg.created  c dir=out kind=user to=1003
      9.0  leg.ended    b q850=17
      12.0 leg.ended    a q850=16 by=far
      ${inferred('c', 8, 'channel_gone')}
    `).gives({ state: 'ended', ended_at: at(12), disposition: 'busy', ended_by: 'caller', quality: ['end_inferred'] });
  });

  test('the hang-up comes after all: it holds, nothing is left of the inference, and the figures follow', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
      90 leg.ended b q850=16 cause=NORMAL_CLEARING by=far
      90 leg.ended a q850=16 cause=NORMAL_CLEARING
    `).gives({
      state: 'ended',
      ended_at: at(90),
      duration_ms: 90_000,
      talk_ms: 88_000,
      ended_by: 'callee',
      hangup_cause: 'NORMAL_CLEARING',
      quality: [],
    });
  });

  test('the hang-up was before the last sign of life of its switch: it holds too', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
      30 leg.ended b q850=16
      30 leg.ended a q850=16
    `).gives({ ended_at: at(30), talk_ms: 28_000, quality: [] });
  });

  test('a leg that was heard after its last sign of life is alive', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
      70 leg.held a
    `).gives({ state: 'active', legs: [{ ended_at: null }, { ended_at: at(60) }] });
  });

  test('what others tell of a call does not bring it to life again', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
      70 recording.stored a
      80 cost.added a
    `).gives({ state: 'ended', ended_at: at(60) });
  });

  test('an older fact that comes late is taken up, and the inference stands', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
      20 leg.held    a
      30 leg.resumed a
    `).gives({ state: 'ended', ended_at: at(60), hold_ms: 10_000, talk_ms: 48_000 });
  });

  test('several rules concluded: the latest sign of life holds, in whatever order they came', () => {
    const signs = [
      inferred('a', 50, 'silence'),
      inferred('a', 60),
      inferred('b', 60),
      inferred('b', 40, 'channel_gone'),
    ];
    for (const order of [signs, signs.toReversed()]) {
      given([talking, ...order].join('\n')).gives({
        ended_at: at(60),
        legs: [{ ended_at: at(60) }, { ended_at: at(60) }],
      });
    }
  });

  test('an inference drawn anew, after one that was void, ends the leg at the later sign', () => {
    given(`${talking}
      ${inferred('a', 60)}
      ${inferred('b', 60)}
      70 leg.held a
      ${inferred('a', 70)}
    `).gives({ state: 'ended', ended_at: at(70), quality: ['end_inferred'] });
  });

  test('of the whole call: every open leg ended then, unless the call was heard later', () => {
    given(`${talking}\n${inferred('-', 60)}`).gives({ state: 'ended', ended_at: at(60) });
    given(`${talking}\n${inferred('-', 60)}\n70 leg.held a`).gives({ state: 'active', ended_at: null });
  });

  test('of a call without any leg', () => {
    given(`0 queue.refused -\n${inferred('-', 0, 'silence')}`).gives({
      state: 'ended',
      ended_at: at(0),
      disposition: 'unknown',
      quality: ['end_inferred'],
    });
  });
});

test('why it ended is told: the inference is the event that decided it', () => {
  const { events, row } = given(`${talking}\n${inferred('a', 60)}\n${inferred('b', 60)}`);
  const ofRoot = events.find(({ type, leg_id }) => type === 'call.end_inferred' && leg_id === 'a');
  assert.deepEqual(
    row().decided_by.filter(({ field }) => field === 'ended_at' || field === 'ended_by'),
    [
      { field: 'ended_at', rule: 'last_sign_of_life', event_id: ofRoot?.event_id },
      { field: 'ended_by', rule: 'end_inferred', event_id: ofRoot?.event_id },
    ],
  );
});
