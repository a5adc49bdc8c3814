import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { type DecidedField, rules } from '../../../schemas/decisions.ts';
import { given } from '../../testing/given.ts';

const reached = new Set<string>();

/** Of each call: `field rule event`, where the event is the id that its line was given, `-` for none. */
const decides = (table: string, ...expected: readonly `${DecidedField} ${string} ${string}`[]): void => {
  const told = given(table)
    .row()
    .decided_by.map(({ field, rule, event_id }) => `${field} ${rule} ${event_id || '-'}`);
  for (const { field, rule } of given(table).row().decided_by) reached.add(`${field}.${rule}`);
  assert.deepEqual(
    expected.filter((one) => !told.includes(one)),
    [],
    `missing in\n${told.join('\n')}`,
  );
};

const caller = '0 leg.created a id=born dir=in kind=user from=1001 to=1002';
const callee = '0.2 leg.created b id=rung dir=out kind=user to=1002';

suite('while a call goes on', () => {
  test('nothing is decided but where it came from', () => {
    decides(
      '0 leg.created a id=born dir=in kind=trunk from=+15550001',
      'disposition call_goes_on -',
      'answered_at never_connected -',
      'ended_at call_goes_on -',
      'ended_by call_goes_on -',
      'hangup_cause no_end -',
      'direction root_from_trunk born',
    );
  });

  test('no leg was told', () => {
    decides('0 app.left - app=ivr', 'direction no_leg -');
    decides('5 call.ended - id=end', 'disposition no_leg end', 'ended_by no_leg end', 'ended_at switch_ended_call end');
  });
});

suite('after a conversation', () => {
  const bridged = `${caller}\n${callee}
    2 leg.answered b id=answer
    2.1 leg.bridged a id=bridge with=b`;

  test('the bridge or the answer began it, whichever came later', () => {
    decides(
      `${bridged}
        9   leg.ended b id=first q850=16
        9.1 leg.ended a id=last q850=31`,
      'disposition caller_talked bridge',
      'answered_at bridged bridge',
      'ended_at root_ended last',
      'ended_by leg_left_first first',
      'hangup_cause leg_left_first first',
      'direction own_legs born',
    );
    decides(
      `${caller}\n${callee}
        1 leg.bridged  a id=bridge with=b
        2 leg.answered b id=answer
        9 leg.ended    a`,
      'answered_at answered_in_bridge answer',
    );
  });

  test('in a bridge that legs enter by themselves the later entry began it', () => {
    decides(
      `${caller}\n${callee}
        2 leg.answered b
        3 leg.bridged  a id=one bridge=x
        4 leg.bridged  b id=two bridge=x
        9 leg.ended    a`,
      'answered_at bridged two',
    );
  });

  test('a conference', () => {
    decides(
      `${caller}
        1 leg.bridged a id=room bridge=x bridge_kind=conference
        9 leg.ended   a id=end`,
      'answered_at entered_conference room',
      'ended_by leg_left_first end',
    );
    decides(`${caller}\n1 app.entered a id=room app=conference\n9 leg.ended a`, 'answered_at entered_conference room');
  });

  test('who ended it is told by the far end, the queue, a transfer or the switch', () => {
    decides(
      `${bridged}
        9   leg.ended b id=told by=far
        9.1 leg.ended a`,
      'ended_by far_end_hung_up told',
    );
    decides(
      `${bridged}
        1 queue.entered   a visit=v
        2 queue.connected a visit=v agent=ann agent_leg=b
        9 queue.completed a id=told visit=v by=agent
        9 leg.ended       a
        9 leg.ended       b`,
      'ended_by queue_told told',
    );
    decides(
      `${bridged}
        9 leg.ended b id=told cause=BLIND_TRANSFER
        9.1 leg.ended a`,
      'ended_by leg_transferred told',
    );
    decides(
      `${bridged}
        9 leg.ended b id=told by=switch
        9.1 leg.ended a`,
      'ended_by switch_ended_leg told',
    );
  });

  test('others talk on after the caller left', () => {
    decides(
      `${bridged}
        5   leg.created  c dir=out kind=user
        6   leg.answered c
        6.1 leg.bridged  b with=c
        6.2 leg.ended    a id=gone
        9   leg.ended    b
        9.5 leg.ended    c id=last`,
      'ended_at others_talked_on last',
    );
  });

  test('the switch tells the end of the call and of no leg', () => {
    decides(
      `${bridged}\n9 call.ended - id=over`,
      'ended_at switch_ended_call over',
      'hangup_cause no_end -',
      'ended_by leg_left_first over',
    );
  });
});

suite('without a conversation', () => {
  const ends = (root: string, leg: string): string => `${caller}\n${callee}
    3 leg.progress b
    8 leg.ended b id=callee ${leg}
    9.5 leg.ended a id=root ${root}`;

  for (const [leg, rule] of [
    ['sip=486', 'callee_leg_busy'],
    ['q850=21', 'callee_leg_rejected'],
    ['q850=19', 'callee_leg_no_answer'],
    ['q850=38', 'callee_leg_failed'],
  ] as const) {
    test(rule, () => {
      decides(
        ends('q850=16', leg),
        `disposition ${rule} callee`,
        'hangup_cause best_callee_leg callee',
        'ended_by callee_left_first root',
      );
    });
  }

  test('of several callees the one that tells most', () => {
    decides(
      `${ends('q850=16', 'q850=19')}
        0.3 leg.created c dir=out kind=user to=1003
        7   leg.ended   c id=busy q850=17`,
      'disposition callee_leg_busy busy',
      'hangup_cause best_callee_leg busy',
    );
  });

  test('the better of two ends of a leg tells why, the first when', () => {
    decides(
      `${caller}
        9   leg.ended a id=when cause=NONE
        9.1 leg.ended a id=why  q850=17`,
      'disposition root_leg_busy why',
      'hangup_cause root_leg why',
      'ended_at root_ended when',
    );
  });

  test('nobody gave a reason', () => {
    decides(ends('q850=16', 'q850=16'), 'disposition nobody_took_it callee');
  });

  test('the caller left while somebody rang', () => {
    decides(
      `${caller}\n${callee}
        9   leg.ended a id=root q850=16
        9.1 leg.ended b sip=487`,
      'disposition root_left_while_ringing root',
      'ended_by root_left_first root',
    );
    decides(`${caller}\n${callee}\n9 leg.ended a id=root sip=487\n9 leg.ended b`, 'ended_by root_cancelled root');
    decides(`${caller}\n${callee}\n9 leg.ended a id=root by=far\n9 leg.ended b`, 'ended_by root_far_end_hung_up root');
    decides(`${caller}\n${callee}\n9 leg.ended a id=root by=switch\n9 leg.ended b`, 'ended_by switch_ended_root root');
    decides(
      `${caller}\n${callee}\n8 leg.ended b id=told by=far\n9 leg.ended a`,
      'ended_by callee_far_end_hung_up told',
    );
  });

  for (const [end, rule] of [
    ['q850=17', 'root_leg_busy'],
    ['q850=21', 'root_leg_rejected'],
    ['sip=480', 'root_leg_no_answer'],
    ['q850=41', 'root_leg_failed'],
    ['q850=16', 'root_left_before_calling'],
  ] as const) {
    test(rule, () => {
      decides(
        `${caller}\n9 leg.ended a id=root ${end}`,
        `disposition ${rule} root`,
        'ended_by nobody_was_called root',
        'hangup_cause root_leg root',
      );
    });
  }

  test('a call that was screened out', () => {
    decides(`${caller}\n1 call.blocked - id=screen\n2 leg.ended a`, 'disposition screened screen');
  });

  test('a mailbox', () => {
    decides(
      `${caller}\n1 app.entered a id=box app=voicemail mailbox=1002\n9 leg.ended a`,
      'disposition mailbox_reached box',
    );
  });

  test('a queue that was left', () => {
    decides(`${caller}\n1 queue.entered a\n9 leg.ended a id=gone`, 'disposition root_left_in_queue gone');
    decides(
      `${caller}\n1 queue.entered a\n9 queue.left a id=left outcome=abandoned\n9 leg.ended a`,
      'disposition queue_told_abandoned left',
    );
  });

  test('a queue is all that tells of the call', () => {
    const waited = '1 queue.entered a id=in';
    decides(
      `${waited}\n5 queue.connected a id=taken agent=ann\n9 queue.completed a id=done agent=ann by=agent`,
      'disposition caller_talked taken',
      'answered_at queue_told taken',
      'ended_at queue_told_end done',
      'ended_by queue_told done',
    );
    decides(`${waited}\n9 queue.left a id=left outcome=abandoned`, 'ended_by gave_up_in_queue left');
    decides(`${waited}\n9 queue.left a id=left outcome=timeout`, 'disposition queue_told_no_more left');
  });

  test('the end is inferred', () => {
    decides(
      `${caller}\n9 call.end_inferred - id=rule last=${String(Date.UTC(2026, 0, 5, 10, 0, 5) * 1000)}`,
      'disposition end_inferred rule',
      'ended_at last_sign_of_life rule',
      'ended_by end_inferred rule',
    );
  });
});

test('the direction', () => {
  const direction = (root: string, leg: string, expected: `direction ${string} ${string}`): void => {
    decides(`0 leg.created a id=root from=1 ${root}\n1 leg.created b id=leg dir=out ${leg}`, expected);
  };
  direction('dir=out kind=trunk', 'kind=user', 'direction root_called_on_trunk root');
  direction('dir=in kind=user', 'kind=trunk', 'direction callee_on_trunk leg');
  direction('dir=in', 'kind=user', 'direction root_unknown -');
  decides('0 leg.created a id=root dir=in kind=user to=+15550100', 'direction dialled_outside root');
});

after(() => {
  const all = Object.entries(rules).flatMap(([field, codes]) => Object.keys(codes).map((code) => `${field}.${code}`));
  assert.deepEqual(
    all.filter((rule) => !reached.has(rule)),
    [],
    'rules that no case here reaches',
  );
});
