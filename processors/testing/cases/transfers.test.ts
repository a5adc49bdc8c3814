import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

// Ann (1001) calls Bob (1002), who takes the call at 4.

const freeswitchTalk = `
  0.0  CHANNEL_CREATE   ann inbound  sofia/internal/1001@pbx 1001>1002
  0.2  CHANNEL_CREATE   bob outbound sofia/internal/1002@10.0.0.7 1001>1002 of=ann
  1.0  CHANNEL_PROGRESS bob
  4.0  CHANNEL_ANSWER   bob
  4.0  CHANNEL_ANSWER   ann
  4.0  CHANNEL_BRIDGE   ann bob`;

const celTalk = `
  eventtype        | eventtime | cid_num | exten | channame             | uniqueid | linkedid | extra
  CHAN_START       | 0.0       | 1001    | 1002  | PJSIP/ann-00000001   | 0.1      | 0.1      |
  CHAN_START       | 0.2       | 1002    | s     | PJSIP/bob-00000002   | 0.2      | 0.1      |
  ANSWER           | 4.0       | 1002    | 1002  | PJSIP/bob-00000002   | 0.2      | 0.1      |
  ANSWER           | 4.0       | 1001    | 1002  | PJSIP/ann-00000001   | 0.1      | 0.1      |
  BRIDGE_ENTER     | 4.0       | 1002    |       | PJSIP/bob-00000002   | 0.2      | 0.1      | bridge_id=link1 bridge_technology=simple_bridge
  BRIDGE_ENTER     | 4.0       | 1001    | 1002  | PJSIP/ann-00000001   | 0.1      | 0.1      | bridge_id=link1 bridge_technology=simple_bridge`;

suite('case 6: a blind transfer by the callee is one call, and what was said before it counts', () => {
  test('by FreeSWITCH', async () => {
    await told(
      freeswitch(`${freeswitchTalk}
        10.0 CHANNEL_UNBRIDGE        ann bob
        10.0 CHANNEL_HANGUP_COMPLETE bob BLIND_TRANSFER variable_sip_refer_to=<sip:1003@pbx>
        10.1 CHANNEL_CREATE          cid outbound sofia/internal/1003@10.0.0.8 1001>1003 of=ann
        11.0 CHANNEL_PROGRESS        cid
        13.0 CHANNEL_ANSWER          cid
        13.0 CHANNEL_BRIDGE          ann cid
        20.0 CHANNEL_UNBRIDGE        ann cid
        20.0 CHANNEL_HANGUP_COMPLETE cid NORMAL_CLEARING by=recv_bye
        20.1 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=send_bye`),
    ).gives({
      state: 'ended',
      disposition: 'answered',
      direction: 'internal',
      dialled_number: '1002',
      callee_number: '1002',
      answered_at: at(4),
      ended_at: at(20.1),
      connect_ms: 13_000,
      talk_ms: 13_000,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'callee',
      hangup_cause: 'NORMAL_CLEARING',
      transfers: [
        { at: at(10), kind: 'blind', by_leg_id: 'bob', from: '1002', to: '1003', reason: 'none', completed: true },
      ],
      legs: [
        { leg_id: 'ann', role: 'caller' },
        { leg_id: 'bob', role: 'callee', connect_ms: 6000 },
        { leg_id: 'cid', role: 'callee', connect_ms: 7000 },
      ],
    });
  });

  test('by Asterisk, which puts a Local channel in the transferrer’s place', async () => {
    await told(
      cel(`${celTalk}
        BLINDTRANSFER | 10.0 | 1002 | 1002 | PJSIP/bob-00000002           | 0.2  | 0.1 | bridge_id=link1 extension=1003 context=internal transferee_channel_name=PJSIP/ann-00000001 transferee_channel_uniqueid=0.1
        BRIDGE_EXIT   | 10.0 | 1002 |      | PJSIP/bob-00000002           | 0.2  | 0.1 | bridge_id=link1 bridge_technology=simple_bridge
        HANGUP        | 10.0 | 1002 |      | PJSIP/bob-00000002           | 0.2  | 0.1 | hangupcause=16
        CHAN_END      | 10.0 | 1002 |      | PJSIP/bob-00000002           | 0.2  | 0.1 |
        CHAN_START    | 10.0 |      | 1003 | Local/1003@internal-00000003;1 | 10.3 | 0.1 |
        CHAN_START    | 10.0 |      | 1003 | Local/1003@internal-00000003;2 | 10.4 | 0.1 |
        BRIDGE_ENTER  | 10.0 |      | 1003 | Local/1003@internal-00000003;1 | 10.3 | 0.1 | bridge_id=link1 bridge_technology=simple_bridge
        CHAN_START    | 10.2 | 1003 | s    | PJSIP/cid-00000005           | 10.5 | 0.1 |
        ANSWER        | 13.0 | 1003 | 1003 | PJSIP/cid-00000005           | 10.5 | 0.1 |
        ANSWER        | 13.0 | 1001 | 1003 | Local/1003@internal-00000003;2 | 10.4 | 0.1 |
        BRIDGE_ENTER  | 13.0 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 | bridge_id=link2 bridge_technology=simple_bridge
        BRIDGE_ENTER  | 13.0 | 1001 | 1003 | Local/1003@internal-00000003;2 | 10.4 | 0.1 | bridge_id=link2 bridge_technology=simple_bridge
        -- the Local channel is optimised away
        BRIDGE_EXIT   | 13.1 | 1001 | 1003 | Local/1003@internal-00000003;2 | 10.4 | 0.1 | bridge_id=link2 bridge_technology=simple_bridge
        BRIDGE_EXIT   | 13.1 |      | 1003 | Local/1003@internal-00000003;1 | 10.3 | 0.1 | bridge_id=link1 bridge_technology=simple_bridge
        BRIDGE_EXIT   | 13.1 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 | bridge_id=link2 bridge_technology=simple_bridge
        BRIDGE_ENTER  | 13.1 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 | bridge_id=link1 bridge_technology=simple_bridge
        HANGUP        | 13.1 | 1001 | 1003 | Local/1003@internal-00000003;2 | 10.4 | 0.1 | hangupcause=16
        CHAN_END      | 13.1 | 1001 | 1003 | Local/1003@internal-00000003;2 | 10.4 | 0.1 |
        HANGUP        | 13.1 |      | 1003 | Local/1003@internal-00000003;1 | 10.3 | 0.1 | hangupcause=16
        CHAN_END      | 13.1 |      | 1003 | Local/1003@internal-00000003;1 | 10.3 | 0.1 |
        BRIDGE_EXIT   | 20.0 | 1001 |      | PJSIP/ann-00000001           | 0.1  | 0.1 | bridge_id=link1 bridge_technology=simple_bridge
        HANGUP        | 20.0 | 1001 |      | PJSIP/ann-00000001           | 0.1  | 0.1 | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END      | 20.0 | 1001 |      | PJSIP/ann-00000001           | 0.1  | 0.1 |
        BRIDGE_EXIT   | 20.1 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 | bridge_id=link1 bridge_technology=simple_bridge
        HANGUP        | 20.1 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END      | 20.1 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 |
        LINKEDID_END  | 20.1 | 1003 |      | PJSIP/cid-00000005           | 10.5 | 0.1 |`),
    ).gives({
      state: 'ended',
      disposition: 'answered',
      answered_at: at(4),
      ended_at: at(20),
      connect_ms: 13_000,
      talk_ms: 13_000,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'caller',
      transfers: [{ kind: 'blind', by_leg_id: channel('0.2'), from: '1001', to: '1003', completed: true }],
      legs: [
        { leg_id: channel('0.1'), role: 'caller' },
        { leg_id: channel('0.2'), role: 'callee' },
        { leg_id: channel('10.5'), role: 'callee' },
      ],
    });
  });
});

test('case 7: a blind transfer to a number that is busy comes back to the transferrer', async () => {
  await told(
    freeswitch(`${freeswitchTalk}
      10.0 CHANNEL_UNBRIDGE        ann bob
      10.0 CHANNEL_HANGUP_COMPLETE bob BLIND_TRANSFER variable_sip_refer_to=<sip:1003@pbx>
      10.1 CHANNEL_CREATE          cid outbound sofia/internal/1003@10.0.0.8 1001>1003 of=ann
      10.4 CHANNEL_HANGUP_COMPLETE cid USER_BUSY sip=486 by=recv_refuse
      -- transfer_fallback_extension
      10.5 CHANNEL_CREATE          bob2 outbound sofia/internal/1002@10.0.0.7 1001>1002 of=ann
      11.0 CHANNEL_PROGRESS        bob2
      12.0 CHANNEL_ANSWER          bob2
      12.0 CHANNEL_BRIDGE          ann bob2
      20.0 CHANNEL_UNBRIDGE        ann bob2
      20.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
      20.1 CHANNEL_HANGUP_COMPLETE bob2 NORMAL_CLEARING by=send_bye`),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    connect_ms: 14_000,
    answered_by_id: '1002',
    last_answered_by_id: '1002',
    ended_by: 'caller',
    cause_q850: 16,
    transfers: [{ kind: 'blind', by_leg_id: 'bob', to: '1003', completed: false }],
  });
});

test('case 8: a blind transfer by the caller, whose leg ends long before the call', async () => {
  await told(
    freeswitch(`${freeswitchTalk}
      10.0 CHANNEL_UNBRIDGE        ann bob
      10.0 CHANNEL_HANGUP_COMPLETE ann BLIND_TRANSFER variable_sip_refer_to=<sip:+442079460123@pbx>
      10.1 CHANNEL_CREATE          out outbound sofia/external/+442079460123@carrier 1002>+442079460123 of=bob variable_sip_gateway_name=carrier
      11.0 CHANNEL_PROGRESS        out
      13.0 CHANNEL_ANSWER          out
      13.0 CHANNEL_BRIDGE          bob out
      30.0 CHANNEL_UNBRIDGE        bob out
      30.0 CHANNEL_HANGUP_COMPLETE bob NORMAL_CLEARING by=recv_bye
      30.2 CHANNEL_HANGUP_COMPLETE out NORMAL_CLEARING by=send_bye`),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    direction: 'outbound',
    started_at: at(0),
    ended_at: at(30.2),
    duration_ms: 30_200,
    connect_ms: 23_000,
    bill_ms: 6000,
    ended_by: 'callee',
    transfers: [{ kind: 'blind', by_leg_id: 'ann', to: '+442079460123', completed: true }],
    legs: [{ leg_id: 'ann', role: 'caller' }, { leg_id: 'bob' }, { leg_id: 'out', bill_ms: 17_200 }],
  });
});

suite('case 9: an attended transfer makes of two calls one, and counts the consultation once', () => {
  test('by FreeSWITCH, on a second line of the transferrer', async () => {
    await told(
      freeswitch(`${freeswitchTalk}
        10.0 CHANNEL_HOLD            bob
        10.5 CHANNEL_CREATE          bob2 inbound  sofia/internal/1002@pbx 1002>1003
        10.7 CHANNEL_CREATE          cid  outbound sofia/internal/1003@10.0.0.8 1002>1003 of=bob2
        11.0 CHANNEL_PROGRESS        cid
        13.0 CHANNEL_ANSWER          cid
        13.0 CHANNEL_ANSWER          bob2
        13.0 CHANNEL_BRIDGE          bob2 cid
        16.0 CHANNEL_UNBRIDGE        ann bob
        16.0 CHANNEL_UNBRIDGE        bob2 cid
        16.0 CHANNEL_BRIDGE          ann cid uuid_br
        16.1 CHANNEL_HANGUP_COMPLETE bob  ATTENDED_TRANSFER variable_transfer_to=att:cid
        16.1 CHANNEL_HANGUP_COMPLETE bob2 ATTENDED_TRANSFER
        30.0 CHANNEL_UNBRIDGE        ann cid
        30.0 CHANNEL_HANGUP_COMPLETE cid NORMAL_CLEARING by=recv_bye
        30.1 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=send_bye`),
    ).gives({
      state: 'ended',
      call_key: 'ann',
      disposition: 'answered',
      answered_at: at(4),
      ended_at: at(30.1),
      connect_ms: 26_000,
      hold_ms: 6000,
      talk_ms: 20_000,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'callee',
      quality: ['merged'],
      transfers: [
        { kind: 'attended', by_leg_id: 'bob', from: '1002', to: '1003', consult_leg_id: 'bob2', completed: true },
      ],
      legs: [
        { leg_id: 'ann', role: 'caller', connect_ms: 26_000 },
        { leg_id: 'bob', role: 'callee' },
        { leg_id: 'bob2', role: 'consult' },
        { leg_id: 'cid', role: 'callee' },
      ],
    });
  });

  test('by Asterisk, where the joined channels take the id of the older call', async () => {
    await told(cel(`${celTalk}${celConsultation}${celSwap('16.0', '16.0')}`)).gives(attendedByAsterisk);
  });

  test('and goes on when the switch has ended the one of the two only', async () => {
    const swapped = celSwap('16.0', '16.0').split('\n  BRIDGE_EXIT  | 30.0')[0];
    await told(cel(`${celTalk}${celConsultation}${swapped}`)).gives({
      state: 'active',
      ended_at: null,
      ended_by: 'unknown',
      legs: [
        { leg_id: channel('0.1'), role: 'caller', ended_at: null },
        { leg_id: channel('0.2'), role: 'callee', ended_at: at(16) },
        { leg_id: channel('10.3'), role: 'consult', ended_at: at(16) },
        { leg_id: channel('10.4'), role: 'callee', ended_at: null },
      ],
    });
  });
});

const celConsultation = `
  CHAN_START   | 10.5 | 1002 | 1003 | PJSIP/bob-00000003 | 10.3 | 10.3 |
  CHAN_START   | 10.7 | 1003 | s    | PJSIP/cid-00000004 | 10.4 | 10.3 |
  ANSWER       | 13.0 | 1003 | 1003 | PJSIP/cid-00000004 | 10.4 | 10.3 |
  ANSWER       | 13.0 | 1002 | 1003 | PJSIP/bob-00000003 | 10.3 | 10.3 |
  BRIDGE_ENTER | 13.0 | 1003 |      | PJSIP/cid-00000004 | 10.4 | 10.3 | bridge_id=link2 bridge_technology=simple_bridge
  BRIDGE_ENTER | 13.0 | 1002 | 1003 | PJSIP/bob-00000003 | 10.3 | 10.3 | bridge_id=link2 bridge_technology=simple_bridge`;

/** Bob puts Ann through to Cid: the bridges change at the one instant, the transfer is told at the other. */
const celSwap = (swapped: string, transferred: string): string => `
  ATTENDEDTRANSFER | ${transferred} | 1002 | 1002 | PJSIP/bob-00000002 | 0.2 | 0.1 | bridge1_id=link1 channel2_name=PJSIP/bob-00000003 channel2_uniqueid=10.3 bridge2_id=link2 transferee_channel_uniqueid=0.1 transfer_target_channel_uniqueid=10.4
  BRIDGE_EXIT  | ${swapped} | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1  | bridge_id=link1 bridge_technology=simple_bridge
  BRIDGE_ENTER | ${swapped} | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1  | bridge_id=link2 bridge_technology=simple_bridge
  BRIDGE_EXIT  | ${swapped} | 1002 |      | PJSIP/bob-00000003 | 10.3 | 0.1  | bridge_id=link2 bridge_technology=simple_bridge
  HANGUP       | ${swapped} | 1002 | 1003 | PJSIP/bob-00000003 | 10.3 | 0.1  | hangupcause=16
  CHAN_END     | ${swapped} | 1002 | 1003 | PJSIP/bob-00000003 | 10.3 | 0.1  |
  LINKEDID_END | ${swapped} | 1003 |      | PJSIP/cid-00000004 | 10.4 | 10.3 |
  BRIDGE_EXIT  | ${swapped} | 1002 |      | PJSIP/bob-00000002 | 0.2  | 0.1  | bridge_id=link1 bridge_technology=simple_bridge
  HANGUP       | ${swapped} | 1002 |      | PJSIP/bob-00000002 | 0.2  | 0.1  | hangupcause=16
  CHAN_END     | ${swapped} | 1002 |      | PJSIP/bob-00000002 | 0.2  | 0.1  |
  BRIDGE_EXIT  | 30.0 | 1003 |      | PJSIP/cid-00000004 | 10.4 | 0.1 | bridge_id=link2 bridge_technology=simple_bridge
  HANGUP       | 30.0 | 1003 |      | PJSIP/cid-00000004 | 10.4 | 0.1 | hangupcause=16 hangupsource=PJSIP/cid-00000004
  CHAN_END     | 30.0 | 1003 |      | PJSIP/cid-00000004 | 10.4 | 0.1 |
  BRIDGE_EXIT  | 30.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | bridge_id=link2 bridge_technology=simple_bridge
  HANGUP       | 30.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | hangupcause=16 hangupsource=PJSIP/cid-00000004
  CHAN_END     | 30.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 |
  LINKEDID_END | 30.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 |`;

const attendedByAsterisk = {
  state: 'ended',
  call_key: channel('0.1'),
  disposition: 'answered',
  answered_at: at(4),
  ended_at: at(30.1),
  connect_ms: 26_000,
  // Asterisk does not tell who was on hold; the consultation is known.
  hold_ms: 0,
  answered_by_id: '1002',
  last_answered_by_id: '1003',
  ended_by: 'callee',
  quality: ['merged'],
  transfers: [
    { kind: 'attended', by_leg_id: channel('0.2'), to: '1003', consult_leg_id: channel('10.3'), completed: true },
  ],
  legs: [
    { leg_id: channel('0.1'), role: 'caller', connect_ms: 26_000 },
    { leg_id: channel('0.2'), role: 'callee' },
    { leg_id: channel('10.3'), role: 'consult' },
    { leg_id: channel('10.4'), role: 'callee' },
  ],
} as const;

test('case 10: an attended transfer that is given up: back to the caller, who waited meanwhile', async () => {
  await told(
    freeswitch(`${freeswitchTalk}
      10.0 CHANNEL_EXECUTE          bob att_xfer user/1003
      10.2 CHANNEL_CREATE           cid outbound sofia/internal/1003@10.0.0.8 1002>1003 of=bob
      11.0 CHANNEL_PROGRESS         cid
      13.0 CHANNEL_ANSWER           cid
      13.0 CHANNEL_BRIDGE           bob cid
      15.0 CHANNEL_UNBRIDGE         bob cid
      15.0 CHANNEL_HANGUP_COMPLETE  cid NORMAL_CLEARING by=recv_bye
      15.0 CHANNEL_EXECUTE_COMPLETE bob att_xfer user/1003
      15.0 CHANNEL_BRIDGE           ann bob
      20.0 CHANNEL_UNBRIDGE         ann bob
      20.0 CHANNEL_HANGUP_COMPLETE  ann NORMAL_CLEARING by=recv_bye
      20.1 CHANNEL_HANGUP_COMPLETE  bob NORMAL_CLEARING by=send_bye`),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    connect_ms: 16_000,
    hold_ms: 2000,
    talk_ms: 14_000,
    answered_by_id: '1002',
    last_answered_by_id: '1002',
    ended_by: 'caller',
    transfers: [{ at: at(10), kind: 'attended', by_leg_id: 'bob', to: '1003', completed: false }],
  });
});

test('case 11: an attended transfer to a phone that still rings, and that nobody answers', async () => {
  await told(
    freeswitch(`${freeswitchTalk}
      10.0 CHANNEL_HOLD            bob
      10.5 CHANNEL_CREATE          bob2 inbound  sofia/internal/1002@pbx 1002>1003
      10.7 CHANNEL_CREATE          cid  outbound sofia/internal/1003@10.0.0.8 1002>1003 of=bob2
      11.0 CHANNEL_PROGRESS        cid
      12.0 CHANNEL_UNBRIDGE        ann bob
      12.1 CHANNEL_HANGUP_COMPLETE bob  ATTENDED_TRANSFER variable_transfer_to=att:cid
      12.1 CHANNEL_HANGUP_COMPLETE bob2 ATTENDED_TRANSFER
      25.0 CHANNEL_HANGUP_COMPLETE cid NO_ANSWER variable_transfer_history=12:p:uuid_br:ann
      25.1 CHANNEL_HANGUP_COMPLETE ann NO_ANSWER by=send_bye variable_transfer_history=12:p:uuid_br:cid`),
  ).gives({
    state: 'ended',
    call_key: 'ann',
    disposition: 'answered',
    ended_at: at(25.1),
    connect_ms: 8000,
    hold_ms: 2000,
    last_answered_by_id: '1002',
    ended_by: 'transfer',
    transfers: [{ kind: 'attended', by_leg_id: 'bob', to: '1003', completed: false }],
    legs: [
      { leg_id: 'ann', role: 'caller' },
      { leg_id: 'bob', role: 'callee' },
      { leg_id: 'bob2', role: 'consult', connect_ms: 0 },
      { leg_id: 'cid', role: 'callee', hangup_cause: 'NO_ANSWER', connect_ms: 0 },
    ],
  });
});

test('case 12: Asterisk tells an attended transfer before or after the bridges it changed', async () => {
  await told(cel(`${celTalk}${celConsultation}${celSwap('16.0', '15.99')}`)).gives(attendedByAsterisk);
  await told(cel(`${celTalk}${celConsultation}${celSwap('16.0', '16.02')}`)).gives(attendedByAsterisk);
});
