import { suite, test } from 'node:test';
import { at } from '../../testing/event-table.ts';
import { given } from '../../testing/given.ts';

const ringing = `
  0.0  leg.created   a dir=in kind=user from=1001 name=Ann to=1002 sip_id=x@pbx
  0.1  leg.progress  a progress=trying
  0.2  leg.created   b dir=out kind=user to=1002
  1.5  leg.progress  b`;

suite('an ordinary call', () => {
  test('answered and ended by the callee', () => {
    given(`${ringing}
      4.0000  leg.answered  b
      4.0200  leg.answered  a
      4.0400  leg.bridged   a with=b
      9.5403  leg.ended     b q850=16 cause=NORMAL_CLEARING
      9.5600  leg.unbridged a with=b
      9.5600  leg.ended     a q850=16 cause=NORMAL_CLEARING
    `).gives({
      state: 'ended',
      direction: 'internal',
      disposition: 'answered',
      started_at: at(0),
      switch_answered_at: at(4.02),
      answered_at: at(4.04),
      ended_at: at(9.56),
      duration_ms: 9560,
      setup_ms: 1500,
      ring_ms: 2540,
      connect_ms: 5500,
      hold_ms: 0,
      talk_ms: 5500,
      bill_ms: 5540,
      caller_number: '1001',
      caller_name: 'Ann',
      callee_number: '1002',
      dialled_number: '1002',
      hangup_cause: 'NORMAL_CLEARING',
      cause_q850: 16,
      ended_by: 'callee',
      answered_by_kind: 'user',
      answered_by_id: '1002',
      answered_by_leg_id: 'b',
      quality: [],
      native_ids: ['a', 'b'],
      sip_call_ids: ['x@pbx'],
      legs: [
        { leg_id: 'a', role: 'caller', answered_at: at(4.02), ended_at: at(9.56), connect_ms: 5500 },
        { leg_id: 'b', role: 'callee', ringing_at: at(1.5), ended_at: at(9.5403), bill_ms: 5540 },
      ],
      bridges: [{ leg_id: 'a', other_leg_id: 'b', kind: 'talk', from: at(4.04), to: at(9.5403) }],
      events: 10,
      last_event_at: at(9.56),
    });
  });

  test('in progress: active up to its last event', () => {
    given(`${ringing}
      4.0  leg.answered  b
      4.0  leg.bridged   a with=b
      6.0  leg.progress  b progress=early_media
    `).gives({
      state: 'active',
      disposition: 'in_progress',
      answered_at: at(4),
      ended_at: null,
      duration_ms: 6000,
      connect_ms: 2000,
      bridges: [{ from: at(4), to: null }],
      ended_by: 'unknown',
    });
  });

  test('is over only when every leg that spoke for itself is', () => {
    given(`${ringing}
      3.0  leg.ended a q850=16
    `).gives({ state: 'active', ended_at: null });
  });

  test('the caller gives up while a phone rings', () => {
    given(`${ringing}
      7.0  leg.ended a q850=16 cause=NORMAL_CLEARING
      7.0  leg.ended b sip=487 cause=ORIGINATOR_CANCEL
    `).gives({
      disposition: 'cancelled',
      answered_at: null,
      ring_ms: 5500,
      hangup_cause: 'ORIGINATOR_CANCEL',
      sip_code: 487,
      cause_q850: null,
      ended_by: 'caller',
      callee_number: '1002',
    });
  });

  test('the switch takes its call back before it tells that the caller left', () => {
    given(`${ringing}
      6.9  leg.ended b q850=16
      7.0  leg.ended a q850=16
    `).gives({ disposition: 'cancelled' });
  });

  for (const [end, disposition, cause] of [
    ['sip=486', 'busy', 17],
    ['q850=17 cause=USER_BUSY', 'busy', 17],
    ['q850=21 cause=CALL_REJECTED', 'rejected', 21],
    ['sip=603', 'rejected', 21],
    ['sip=480 q850=19', 'no_answer', 18],
    ['sip=408', 'no_answer', 102],
    ['q850=19', 'no_answer', 19],
    ['q850=1 cause=UNALLOCATED_NUMBER', 'failed', 1],
    ['sip=503 q850=34', 'failed', 41],
  ] as const) {
    test(`a callee that ends with ${end} makes the call ${disposition}`, () => {
      given(`${ringing}
        5.0  leg.ended b ${end}
        5.1  leg.ended a q850=41 cause=NORMAL_TEMPORARY_FAILURE
      `).gives({ disposition, cause_q850: cause });
    });
  }

  for (const [end, endedBy] of [
    ['q850=16', 'unknown'],
    ['sip=486', 'unknown'],
    ['q850=19', 'unknown'],
    ['q850=16 by=near', 'unknown'],
    ['sip=487', 'caller'],
    ['q850=16 cause=ORIGINATOR_CANCEL', 'caller'],
    ['q850=16 by=far', 'caller'],
    ['q850=16 by=switch', 'switch'],
  ] as const) {
    test(`an unanswered call of one leg that ends with ${end} was ended by ${endedBy}`, () => {
      given(`
        0 leg.created a dir=in kind=user from=1001 to=999
        1 leg.ended   a ${end}
      `).gives({ answered_at: null, ended_by: endedBy });
    });
  }

  test('who was called ended the call only where its own leg says so', () => {
    const ends = (end: string) =>
      given(`${ringing}
        5.0  leg.ended b ${end}
        5.1  leg.ended a q850=17
      `);
    ends('sip=486').gives({ ended_by: 'unknown' });
    ends('sip=486 by=far').gives({ ended_by: 'callee' });
  });

  test('nobody was called: by the caller’s own end', () => {
    const own = (end: string) =>
      given(`
      0 leg.created a dir=in kind=user from=1001 to=999
      1 leg.ended   a ${end}`);
    own('q850=16').gives({ disposition: 'cancelled', callee_number: '999', setup_ms: null, ring_ms: 0 });
    own('sip=404').gives({ disposition: 'failed', cause_q850: 1 });
    own('sip=486').gives({ disposition: 'busy' });
  });

  test('a menu answers and rings a phone, the caller gives up: not answered, but billed', () => {
    given(`
      0.0  leg.created  a dir=in kind=trunk from=+15550001 to=+15550100
      0.5  leg.answered a
      0.5  app.entered  a app=ivr name=main
      4.0  leg.created  b dir=out kind=user to=1003
      5.0  leg.progress b
      9.0  leg.ended    a q850=16
      9.0  leg.ended    b cause=ORIGINATOR_CANCEL
    `).gives({
      direction: 'inbound',
      disposition: 'cancelled',
      switch_answered_at: at(0.5),
      answered_at: null,
      bill_ms: 8500,
      connect_ms: 0,
      caller_e164: '+15550001',
      callee_number: '1003',
      dialled_number: '+15550100',
      answered_by_kind: 'ivr',
    });
  });

  test('a callee that never answered is bridged for its ringing tone only', () => {
    given(`${ringing}
      2.0  leg.bridged a with=b
      8.0  leg.ended   b q850=19
      8.0  leg.ended   a q850=19
    `).gives({ disposition: 'no_answer', answered_at: null, connect_ms: 0 });
    given(`${ringing}
      2.0  leg.bridged  a with=b
      5.0  leg.answered b
      8.0  leg.ended    b q850=16
      8.0  leg.ended    a q850=16
    `).gives({ disposition: 'answered', answered_at: at(5), connect_ms: 3000 });
  });

  test('answered and ended at one instant counts as answered', () => {
    given(`${ringing}
      4.0  leg.answered b
      4.0  leg.bridged  a with=b
      4.0  leg.ended    a q850=16 by=far
      4.0  leg.ended    b q850=16
    `).gives({ disposition: 'answered', connect_ms: 0, ended_by: 'caller' });
  });

  test('legs enter and leave a named bridge, the caller’s own answer was never told', () => {
    given(`${ringing}
      4.0  leg.answered  b
      4.1  leg.bridged   b bridge=x
      4.2  leg.bridged   a bridge=x
      9.0  leg.unbridged b bridge=x
      9.0  leg.unbridged a bridge=x
      9.1  leg.ended     b q850=16
      9.1  leg.ended     a q850=16
    `).gives({
      disposition: 'answered',
      answered_at: at(4.2),
      switch_answered_at: null,
      connect_ms: 4800,
      bridges: [{ leg_id: 'a', other_leg_id: 'b', bridge_id: 'x', from: at(4.2), to: at(9) }],
    });
  });

  test('waiting music is no conversation', () => {
    given(`
      0.0  leg.created  a dir=in kind=user from=1001 to=800
      0.1  leg.answered a
      0.2  leg.bridged  a bridge=moh bridge_kind=hold
      9.0  leg.ended    a q850=16
    `).gives({ disposition: 'cancelled', answered_at: null, connect_ms: 0, hold_ms: 0, bill_ms: 8900 });
  });
});

suite('direction and parties', () => {
  test('outbound by a trunk leg, or by the number where none was made', () => {
    given(`
      0 leg.created a dir=in kind=user from=1001 to=+15550199
      1 leg.created b dir=out kind=trunk to=+15550199
      2 leg.ended   b sip=486
      2 leg.ended   a sip=486
    `).gives({ direction: 'outbound', callee_e164: '+15550199' });
    given(`
      0 leg.created a dir=in kind=user from=1001 to=+15550199
      2 leg.ended   a sip=403
    `).gives({ direction: 'outbound' });
  });

  test('an inbound call that is forwarded out stays inbound', () => {
    given(`
      0 leg.created  a dir=in kind=trunk from=+15550001 to=+15550100
      1 leg.created  b dir=out kind=trunk to=+15550199
      2 leg.answered b
      2 leg.bridged  a with=b
      5 leg.ended    b q850=16
      5 leg.ended    a q850=16
    `).gives({ direction: 'inbound', answered_by_kind: 'external', answered_by_id: '+15550199' });
  });

  test('click-to-call: the caller is the user who was called first', () => {
    given(`
      0 leg.created  a dir=out kind=user to=1001 from=4000
      1 leg.answered a
      2 leg.created  b dir=out kind=trunk to=+15550199 from=1001
      3 leg.answered b
      3 leg.bridged  a with=b
      8 leg.ended    a q850=16 by=far
      8 leg.ended    b q850=16
    `).gives({
      direction: 'outbound',
      caller_number: '1001',
      dialled_number: '+15550199',
      callee_number: '+15550199',
      ended_by: 'caller',
    });
  });

  test('only what is valid as given becomes E.164', () => {
    for (const number of [
      '1001',
      '+',
      '+12',
      '+1234567890123456',
      '0015550001',
      '+1555x',
      'sip:ann@example.com',
      's',
    ]) {
      given(`0 leg.created a dir=in kind=trunk from=${number} to=${number}`).gives({
        caller_number: number,
        caller_e164: '',
        callee_e164: '',
      });
    }
  });

  test('a feature code is no callee', () => {
    given(`
      0 leg.created a dir=in kind=user from=1001 to=*97
      1 leg.ended   a q850=16
    `).gives({ dialled_number: '*97', callee_number: '' });
  });
});
