import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

suite('case 3: a group rings all its phones and one is answered', () => {
  test('by FreeSWITCH: the others lost a race, and one that was busy says nothing of the call', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann inbound  sofia/external/+442079460123@carrier +442079460123>600
        0.2  CHANNEL_CREATE          b1 outbound sofia/internal/1001@10.0.0.1 +442079460123>1001 of=ann
        0.2  CHANNEL_CREATE          b2 outbound sofia/internal/1002@10.0.0.2 +442079460123>1002 of=ann
        0.2  CHANNEL_CREATE          b3 outbound sofia/internal/1003@10.0.0.3 +442079460123>1003 of=ann
        0.5  CHANNEL_HANGUP_COMPLETE b3 USER_BUSY sip=486 by=recv_refuse
        1.0  CHANNEL_PROGRESS        b1
        1.2  CHANNEL_PROGRESS        b2
        6.0  CHANNEL_ANSWER          b2
        6.0  CHANNEL_HANGUP_COMPLETE b1 LOSE_RACE by=send_cancel
        6.0  CHANNEL_ANSWER          ann
        6.1  CHANNEL_BRIDGE          ann b2
        20.0 CHANNEL_UNBRIDGE        ann b2
        20.0 CHANNEL_HANGUP_COMPLETE b2 NORMAL_CLEARING by=recv_bye
        20.1 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=send_bye`),
    ).gives({
      disposition: 'answered',
      direction: 'inbound',
      dialled_number: '600',
      callee_number: '1002',
      answered_by_leg_id: 'b2',
      answered_by_id: '1002',
      ring_ms: 5100,
      setup_ms: 1000,
      hangup_cause: 'NORMAL_CLEARING',
      cause_q850: 16,
      ended_by: 'callee',
      legs: [
        { leg_id: 'ann', role: 'caller' },
        { leg_id: 'b1', role: 'loser', connect_ms: 0 },
        { leg_id: 'b2', role: 'callee', connect_ms: 13_900 },
        { leg_id: 'b3', role: 'callee', cause_q850: 17 },
      ],
    });
  });

  test('by Asterisk: the others are hung up without a cause', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame            | uniqueid | linkedid | extra
        CHAN_START   | 0.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      |
        CHAN_START   | 0.2       | 1003    | s     | PJSIP/cid-00000003  | 0.3      | 0.1      |
        ANSWER       | 6.0       | 1003    | s     | PJSIP/cid-00000003  | 0.3      | 0.1      |
        HANGUP       | 6.0       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      | hangupcause=0
        CHAN_END     | 6.0       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      |
        ANSWER       | 6.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        BRIDGE_ENTER | 6.1       | 1003    |       | PJSIP/cid-00000003  | 0.3      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        BRIDGE_ENTER | 6.1       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        BRIDGE_EXIT  | 9.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        HANGUP       | 9.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      | hangupcause=16 hangupsource=PJSIP/ann-00000001 dialstatus=ANSWER
        CHAN_END     | 9.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        BRIDGE_EXIT  | 9.0       | 1003    |       | PJSIP/cid-00000003  | 0.3      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        HANGUP       | 9.1       | 1003    |       | PJSIP/cid-00000003  | 0.3      | 0.1      | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END     | 9.1       | 1003    |       | PJSIP/cid-00000003  | 0.3      | 0.1      |
        LINKEDID_END | 9.1       | 1003    |       | PJSIP/cid-00000003  | 0.3      | 0.1      |`),
    ).gives({
      disposition: 'answered',
      dialled_number: '600',
      callee_number: '1003',
      ended_by: 'caller',
      connect_ms: 2900,
      legs: [
        { leg_id: channel('0.1'), role: 'caller' },
        { leg_id: channel('0.2'), role: 'loser' },
        { leg_id: channel('0.3'), role: 'callee' },
      ],
    });
  });
});

suite('case 4: a group rings all its phones and nobody answers: once, not once a phone', () => {
  test('by FreeSWITCH', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann inbound  sofia/external/+442079460123@carrier +442079460123>600
        0.2  CHANNEL_CREATE          b1 outbound sofia/internal/1001@10.0.0.1 +442079460123>1001 of=ann
        0.2  CHANNEL_CREATE          b2 outbound sofia/internal/1002@10.0.0.2 +442079460123>1002 of=ann
        1.0  CHANNEL_PROGRESS        b1
        1.2  CHANNEL_PROGRESS        b2
        30.0 CHANNEL_HANGUP_COMPLETE b1 NO_ANSWER by=send_cancel
        30.0 CHANNEL_HANGUP_COMPLETE b2 NO_ANSWER by=send_cancel
        30.1 CHANNEL_HANGUP_COMPLETE ann NO_ANSWER by=send_refuse`),
    ).gives({
      state: 'ended',
      disposition: 'no_answer',
      answered_at: null,
      cause_q850: 19,
      ended_by: 'unknown',
      ring_ms: 29_100,
      legs: [
        { role: 'caller' },
        { leg_id: 'b1', role: 'callee', answered_at: null },
        { leg_id: 'b2', role: 'callee', answered_at: null },
      ],
    });
  });

  test('by Asterisk, where the phones are hung up without a cause and only the dial’s status tells', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame            | uniqueid | linkedid | extra
        CHAN_START   | 0.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      |
        CHAN_START   | 0.2       | 1003    | s     | PJSIP/cid-00000003  | 0.3      | 0.1      |
        HANGUP       | 30.0      | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      | hangupcause=0
        CHAN_END     | 30.0      | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      |
        HANGUP       | 30.0      | 1003    | s     | PJSIP/cid-00000003  | 0.3      | 0.1      | hangupcause=0
        CHAN_END     | 30.0      | 1003    | s     | PJSIP/cid-00000003  | 0.3      | 0.1      |
        HANGUP       | 30.0      | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      | hangupcause=0 dialstatus=NOANSWER
        CHAN_END     | 30.0      | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        LINKEDID_END | 30.0      | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |`),
    ).gives({
      state: 'ended',
      disposition: 'no_answer',
      ended_by: 'switch',
      legs: [{ role: 'caller' }, { role: 'callee' }, { role: 'callee' }],
    });
  });

  test('by Asterisk, where the caller gave up before', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame            | uniqueid | linkedid | extra
        CHAN_START   | 0.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      |
        HANGUP       | 7.0       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      | hangupcause=0
        CHAN_END     | 7.0       | 1002    | s     | PJSIP/bob-00000002  | 0.2      | 0.1      |
        HANGUP       | 7.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      | hangupcause=0 dialstatus=CANCEL
        CHAN_END     | 7.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |
        LINKEDID_END | 7.0       | 1001    | 600   | PJSIP/ann-00000001  | 0.1      | 0.1      |`),
    ).gives({ disposition: 'cancelled', ended_by: 'caller', ring_ms: 0 });
  });
});

test('case 5: a group rings one phone after the other', async () => {
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          ann inbound  sofia/internal/1009@pbx 1009>600
      0.2  CHANNEL_CREATE          b1 outbound sofia/internal/1001@10.0.0.1 1009>1001 of=ann
      1.0  CHANNEL_PROGRESS        b1
      10.0 CHANNEL_HANGUP_COMPLETE b1 NO_ANSWER by=send_cancel
      10.1 CHANNEL_CREATE          b2 outbound sofia/internal/1002@10.0.0.2 1009>1002 of=ann
      10.3 CHANNEL_HANGUP_COMPLETE b2 USER_BUSY sip=486 by=recv_refuse
      10.4 CHANNEL_CREATE          b3 outbound sofia/internal/1003@10.0.0.3 1009>1003 of=ann
      11.0 CHANNEL_PROGRESS        b3
      14.0 CHANNEL_ANSWER          b3
      14.0 CHANNEL_ANSWER          ann
      14.0 CHANNEL_BRIDGE          ann b3
      40.0 CHANNEL_UNBRIDGE        ann b3
      40.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
      40.1 CHANNEL_HANGUP_COMPLETE b3 NORMAL_CLEARING by=send_bye`),
  ).gives({
    disposition: 'answered',
    direction: 'internal',
    dialled_number: '600',
    callee_number: '1003',
    answered_by_leg_id: 'b3',
    ring_ms: 13_000,
    connect_ms: 26_000,
    cause_q850: 16,
    ended_by: 'caller',
    transfers: [],
    legs: [
      { role: 'caller' },
      { leg_id: 'b1', role: 'callee', cause_q850: 19 },
      { leg_id: 'b2', role: 'callee', cause_q850: 17 },
      { leg_id: 'b3', role: 'callee', connect_ms: 26_000 },
    ],
  });
});

suite('case 15: a forward keeps what was dialled, and tells who took the call and why it was sent on', () => {
  const taken = (phone: string, second: number): string => `
    CHAN_START   | ${second}.2 | 1003 | s    | PJSIP/cid-00000005 | ${second}.5 | 0.1 |
    ANSWER       | ${second}.9 | 1003 | 1003 | PJSIP/cid-00000005 | ${second}.5 | 0.1 |
    BRIDGE_ENTER | ${second}.9 | 1003 |      | PJSIP/cid-00000005 | ${second}.5 | 0.1 | bridge_id=x bridge_technology=simple_bridge
    BRIDGE_ENTER | ${second}.9 | 1001 | ${phone} | PJSIP/ann-00000001 | 0.1 | 0.1 | bridge_id=x bridge_technology=simple_bridge
    BRIDGE_EXIT  | 40.0 | 1001 |      | PJSIP/ann-00000001 | 0.1 | 0.1 | bridge_id=x bridge_technology=simple_bridge
    HANGUP       | 40.0 | 1001 |      | PJSIP/ann-00000001 | 0.1 | 0.1 | hangupcause=16 hangupsource=PJSIP/ann-00000001
    CHAN_END     | 40.0 | 1001 |      | PJSIP/ann-00000001 | 0.1 | 0.1 |
    HANGUP       | 40.1 | 1003 |      | PJSIP/cid-00000005 | ${second}.5 | 0.1 | hangupcause=16
    CHAN_END     | 40.1 | 1003 |      | PJSIP/cid-00000005 | ${second}.5 | 0.1 |
    LINKEDID_END | 40.1 | 1003 |      | PJSIP/cid-00000005 | ${second}.5 | 0.1 |`;

  const dialled = `
    eventtype    | eventtime | cid_num | exten | channame           | uniqueid | linkedid | extra
    CHAN_START   | 0.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      |`;

  test('of all calls, by the phone itself (302)', async () => {
    await told(
      cel(`${dialled}
        CHAN_START | 0.2 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 |
        FORWARD    | 0.3 | 1001 | 1002 | PJSIP/ann-00000001 | 0.1 | 0.1 | forward=Local/1003@internal
        HANGUP     | 0.3 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 | hangupcause=0
        CHAN_END   | 0.3 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 |
        ${taken('1002', 1)}`),
    ).gives({
      disposition: 'answered',
      dialled_number: '1002',
      callee_number: '1003',
      transfers: [
        {
          kind: 'forward',
          by_leg_id: channel('0.2'),
          from: '1002',
          to: '1003',
          reason: 'unconditional',
          completed: true,
        },
      ],
    });
  });

  test('of unanswered calls, by the phone itself', async () => {
    await told(
      cel(`${dialled}
        CHAN_START | 0.2  | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 |
        FORWARD    | 15.3 | 1001 | 1002 | PJSIP/ann-00000001 | 0.1 | 0.1 | forward=Local/1003@internal
        HANGUP     | 15.3 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 | hangupcause=0
        CHAN_END   | 15.3 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 |
        ${taken('1002', 16)}`),
    ).gives({
      dialled_number: '1002',
      callee_number: '1003',
      transfers: [{ kind: 'forward', from: '1002', to: '1003', reason: 'no_answer', completed: true }],
    });
  });

  test('of all calls, by the dialplan: the first phone never rang', async () => {
    await told(
      cel(`${dialled}
        XIVO_USER_FWD | 0.2 | 1001 | forward | PJSIP/ann-00000001 | 0.1 | 0.1 | {"extra":"NUM:1002,CONTEXT:default,NAME:Bob"}
        ${taken('s', 1)}`),
    ).gives({
      dialled_number: '1002',
      callee_number: '1003',
      transfers: [{ kind: 'forward', by_leg_id: '', to: '1003', reason: 'unconditional', completed: true }],
    });
  });

  test('of calls to a busy phone, by the dialplan', async () => {
    await told(
      cel(`${dialled}
        CHAN_START    | 0.2 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 |
        HANGUP        | 0.5 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 | hangupcause=17
        CHAN_END      | 0.5 | 1002 | s | PJSIP/bob-00000002 | 0.2 | 0.1 |
        XIVO_USER_FWD | 0.6 | 1001 | forward | PJSIP/ann-00000001 | 0.1 | 0.1 | {"extra":"NUM:1002,CONTEXT:default,NAME:Bob"}
        ${taken('s', 1)}`),
    ).gives({
      disposition: 'answered',
      dialled_number: '1002',
      callee_number: '1003',
      transfers: [{ kind: 'forward', from: '1002', to: '1003', reason: 'busy', completed: true }],
    });
  });
});

test('case 16: forwarded to a number outside, an inbound call stays inbound, with a leg that is billed', async () => {
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          ann inbound  sofia/external/+442079460123@carrier +442079460123>+442079460100 variable_sip_gateway=carrier
      0.2  CHANNEL_CREATE          b1 outbound sofia/internal/1001@10.0.0.1 +442079460123>1001 of=ann
      1.0  CHANNEL_PROGRESS        b1
      20.0 CHANNEL_HANGUP_COMPLETE b1 NO_ANSWER by=send_cancel
      20.1 CHANNEL_CREATE          gsm outbound sofia/gateway/carrier/+447700900123 +442079460123>+447700900123 of=ann variable_sip_gateway_name=carrier
      22.0 CHANNEL_PROGRESS        gsm
      25.0 CHANNEL_ANSWER          gsm
      25.0 CHANNEL_ANSWER          ann
      25.0 CHANNEL_BRIDGE          ann gsm
      55.0 CHANNEL_UNBRIDGE        ann gsm
      55.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
      55.1 CHANNEL_HANGUP_COMPLETE gsm NORMAL_CLEARING by=send_bye`),
  ).gives({
    disposition: 'answered',
    direction: 'inbound',
    dialled_number: '+442079460100',
    callee_number: '+447700900123',
    callee_e164: '+447700900123',
    answered_by_kind: 'external',
    bill_ms: 30_000,
    legs: [{ role: 'caller' }, { leg_id: 'b1' }, { leg_id: 'gsm', endpoint_kind: 'trunk', bill_ms: 30_100 }],
  });
});

test('case 17: phones that forward to each other in a ring: the switch gives up, and so does the fold', async () => {
  const hops = Array.from(
    { length: 40 },
    (_, hop) => `
      ${hop + 1}.0 CHANNEL_CREATE          h${hop} outbound sofia/internal/10${(hop % 2) + 1}@10.0.0.1 1009>100${(hop % 2) + 1} of=ann
      ${hop + 1}.1 CHANNEL_HANGUP_COMPLETE h${hop} ${hop === 39 ? 'EXCHANGE_ROUTING_ERROR sip=483' : 'REDIRECTION_TO_NEW_DESTINATION sip=302'}`,
  );
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          ann inbound sofia/internal/1009@pbx 1009>1001
      ${hops.join('')}
      41.0 CHANNEL_HANGUP_COMPLETE ann EXCHANGE_ROUTING_ERROR by=send_refuse`),
  ).gives({
    state: 'ended',
    disposition: 'failed',
    cause_q850: 25,
    hangup_cause: 'EXCHANGE_ROUTING_ERROR',
    sip_code: 483,
    dialled_number: '1001',
    connect_ms: 0,
  });
});

test('case 68: a user with two phones and a mobile that is woken is one callee; the device that answered is kept', async () => {
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          ann  inbound  sofia/internal/1001@pbx 1001>1002
      0.2  CHANNEL_CREATE          desk outbound sofia/internal/1002@10.0.0.2 1001>1002 of=ann
      0.2  CHANNEL_CREATE          soft outbound sofia/internal/1002@10.0.0.3 1001>1002 of=ann
      1.0  CHANNEL_PROGRESS        desk
      1.1  CHANNEL_PROGRESS        soft
      -- the mobile registers after a push and is called last
      5.0  CHANNEL_CREATE          gsm  outbound sofia/internal/1002@203.0.113.9 1001>1002 of=ann
      6.0  CHANNEL_PROGRESS        gsm
      9.0  CHANNEL_ANSWER          gsm
      9.0  CHANNEL_HANGUP_COMPLETE desk LOSE_RACE
      9.0  CHANNEL_HANGUP_COMPLETE soft LOSE_RACE
      9.0  CHANNEL_ANSWER          ann
      9.0  CHANNEL_BRIDGE          ann gsm
      30.0 CHANNEL_UNBRIDGE        ann gsm
      30.0 CHANNEL_HANGUP_COMPLETE gsm NORMAL_CLEARING by=recv_bye
      30.1 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=send_bye`),
  ).gives({
    disposition: 'answered',
    callee_number: '1002',
    answered_by_kind: 'user',
    answered_by_id: '1002',
    answered_by_leg_id: 'gsm',
    last_answered_by_id: '1002',
    ring_ms: 8000,
    ended_at: at(30.1),
    ended_by: 'callee',
    legs: [
      { role: 'caller' },
      { leg_id: 'desk', role: 'loser' },
      { leg_id: 'soft', role: 'loser' },
      { leg_id: 'gsm', role: 'callee' },
    ],
  });
});
