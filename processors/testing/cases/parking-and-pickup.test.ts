import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

suite('case 18: a colleague picks up a call that rings on another phone', () => {
  test('by FreeSWITCH: the phone that rang was picked off', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann inbound  sofia/external/+442079460123@carrier +442079460123>+442079460100
        0.2  CHANNEL_CREATE          bob outbound sofia/internal/1002@10.0.0.2 +442079460123>1002 of=ann
        1.0  CHANNEL_PROGRESS        bob
        5.0  CHANNEL_CREATE          eve inbound  sofia/internal/1005@pbx 1005>*81002
        5.2  CHANNEL_ANSWER          eve
        5.2  CHANNEL_ANSWER          ann
        5.2  CHANNEL_HANGUP_COMPLETE bob PICKED_OFF by=send_cancel
        5.3  CHANNEL_BRIDGE          eve ann uuid_br
        20.0 CHANNEL_UNBRIDGE        eve ann
        20.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
        20.1 CHANNEL_HANGUP_COMPLETE eve NORMAL_CLEARING by=send_bye`),
    ).gives({
      state: 'ended',
      call_key: 'ann',
      disposition: 'answered',
      direction: 'inbound',
      dialled_number: '+442079460100',
      callee_number: '1005',
      answered_by_kind: 'user',
      answered_by_id: '1005',
      answered_by_leg_id: 'eve',
      ring_ms: 4300,
      connect_ms: 14_700,
      ended_by: 'caller',
      quality: ['merged'],
      transfers: [{ kind: 'pickup', by_leg_id: 'eve', from: '1002', to: '1005', completed: true }],
      legs: [
        { leg_id: 'ann', role: 'caller' },
        { leg_id: 'bob', role: 'loser', connect_ms: 0 },
        { leg_id: 'eve', role: 'callee', connect_ms: 14_700 },
      ],
    });
  });

  test('by Asterisk, which exchanges the two channels behind their ids', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame                  | uniqueid | linkedid | extra
        CHAN_START   | 0.0       | 1001    | 1002  | PJSIP/ann-00000001        | 0.1      | 0.1      |
        CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002        | 0.2      | 0.1      |
        CHAN_START   | 5.0       | 1005    | *8    | PJSIP/eve-00000003        | 5.3      | 5.3      |
        ANSWER       | 5.1       | 1005    | *8    | PJSIP/eve-00000003        | 5.3      | 5.3      |
        PICKUP       | 5.2       | 1002    | s     | PJSIP/bob-00000002        | 0.2      | 0.1      | pickup_channel_name=PJSIP/eve-00000003 pickup_channel_uniqueid=5.3
        HANGUP       | 5.3       | 1002    | *8    | PJSIP/bob-00000002        | 5.3      | 5.3      | hangupcause=26
        CHAN_END     | 5.3       | 1002    | *8    | PJSIP/bob-00000002        | 5.3      | 5.3      |
        LINKEDID_END | 5.3       | 1002    | *8    | PJSIP/bob-00000002        | 5.3      | 5.3      |
        ANSWER       | 5.3       | 1005    | s     | PJSIP/eve-00000003        | 0.2      | 0.1      |
        ANSWER       | 5.3       | 1001    | 1002  | PJSIP/ann-00000001        | 0.1      | 0.1      |
        BRIDGE_ENTER | 5.4       | 1005    |       | PJSIP/eve-00000003        | 0.2      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        BRIDGE_ENTER | 5.4       | 1001    | 1002  | PJSIP/ann-00000001        | 0.1      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        BRIDGE_EXIT  | 20.0      | 1001    | 1002  | PJSIP/ann-00000001        | 0.1      | 0.1      | bridge_id=x bridge_technology=simple_bridge
        HANGUP       | 20.0      | 1001    | 1002  | PJSIP/ann-00000001        | 0.1      | 0.1      | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END     | 20.0      | 1001    | 1002  | PJSIP/ann-00000001        | 0.1      | 0.1      |
        HANGUP       | 20.1      | 1005    |       | PJSIP/eve-00000003        | 0.2      | 0.1      | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END     | 20.1      | 1005    |       | PJSIP/eve-00000003        | 0.2      | 0.1      |
        LINKEDID_END | 20.1      | 1005    |       | PJSIP/eve-00000003        | 0.2      | 0.1      |`),
    ).gives({
      state: 'ended',
      call_key: channel('0.1'),
      disposition: 'answered',
      dialled_number: '1002',
      callee_number: '1005',
      answered_by_id: '1005',
      answered_at: at(5.4),
      connect_ms: 14_600,
      ended_by: 'caller',
      quality: ['merged'],
      transfers: [{ kind: 'pickup', from: '1002', to: '1005', completed: true }],
      legs: [
        { leg_id: channel('0.1'), role: 'caller' },
        { leg_id: channel('0.2'), role: 'loser', cause_q850: 26, ended_at: at(5.3) },
        { leg_id: channel('5.3'), role: 'callee', ended_at: at(20.1), connect_ms: 14_600 },
      ],
    });
  });
});

const freeswitchParked = `
  0.0  CHANNEL_CREATE          ann inbound  sofia/external/+442079460123@carrier +442079460123>+442079460100
  0.2  CHANNEL_CREATE          bob outbound sofia/internal/1002@10.0.0.2 +442079460123>1002 of=ann
  4.0  CHANNEL_ANSWER          bob
  4.0  CHANNEL_ANSWER          ann
  4.0  CHANNEL_BRIDGE          ann bob
  10.0 CHANNEL_UNBRIDGE        ann bob
  10.0 CHANNEL_HANGUP_COMPLETE bob BLIND_TRANSFER variable_sip_refer_to=<sip:701@pbx>
  10.1 CHANNEL_EXECUTE         ann valet_park lobby 701
  10.1 valet_parking::info     ann hold Valet-Lot-Name=lobby Valet-Extension=701`;

const celParked = `
  eventtype    | eventtime | cid_num | exten | channame           | uniqueid | linkedid | appname | extra
  CHAN_START   | 0.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      |         |
  CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002 | 0.2      | 0.1      |         |
  ANSWER       | 4.0       | 1002    | 1002  | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial |
  ANSWER       | 4.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      | Dial    |
  BRIDGE_ENTER | 4.0       | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial | bridge_id=talk1 bridge_technology=simple_bridge
  BRIDGE_ENTER | 4.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      | Dial    | bridge_id=talk1 bridge_technology=simple_bridge
  BRIDGE_EXIT  | 10.0      | 1001    |       | PJSIP/ann-00000001 | 0.1      | 0.1      | Dial    | bridge_id=talk1 bridge_technology=simple_bridge
  BRIDGE_ENTER | 10.0      | 1001    |       | PJSIP/ann-00000001 | 0.1      | 0.1      | Park    | bridge_id=lot bridge_technology=holding_bridge
  PARK_START   | 10.0      | 1001    |       | PJSIP/ann-00000001 | 0.1      | 0.1      | Park    | parker_dial_string=PJSIP/bob parking_lot=default
  BRIDGE_EXIT  | 10.1      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial | bridge_id=talk1 bridge_technology=simple_bridge
  HANGUP       | 10.1      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial | hangupcause=16
  CHAN_END     | 10.1      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial |`;

suite('case 19: a parked caller is fetched by another: the time in the lot is hold, not talk', () => {
  test('by FreeSWITCH, from a valet lot', async () => {
    await told(
      freeswitch(`${freeswitchParked}
        20.0 CHANNEL_CREATE           cid inbound sofia/internal/1003@pbx 1003>701
        20.1 CHANNEL_ANSWER           cid
        20.2 CHANNEL_EXECUTE          cid valet_park lobby 701
        20.2 valet_parking::info      ann bridge Valet-Lot-Name=lobby Valet-Extension=701 Bridge-To-UUID=cid
        20.3 CHANNEL_EXECUTE_COMPLETE ann valet_park lobby 701
        20.3 CHANNEL_BRIDGE           ann cid uuid_br
        40.0 CHANNEL_UNBRIDGE         ann cid
        40.0 CHANNEL_HANGUP_COMPLETE  cid NORMAL_CLEARING by=recv_bye
        40.1 CHANNEL_HANGUP_COMPLETE  ann NORMAL_CLEARING by=send_bye`),
    ).gives({
      state: 'ended',
      disposition: 'answered',
      connect_ms: 35_900,
      hold_ms: 10_200,
      talk_ms: 25_700,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'callee',
      transfers: [
        { kind: 'blind', from: '1002', to: '701' },
        { at: at(20.2), kind: 'park_retrieve', by_leg_id: 'cid', to: '1003', completed: true },
      ],
      legs: [{ leg_id: 'ann', role: 'caller' }, { leg_id: 'bob' }, { leg_id: 'cid', role: 'callee' }],
    });
  });

  test('by Asterisk', async () => {
    await told(
      cel(`${celParked}
        CHAN_START   | 20.0 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 20.3 | |
        ANSWER       | 20.1 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 20.3 | ParkedCall |
        PARK_END     | 20.2 | 1001 |     | PJSIP/ann-00000001 | 0.1  | 0.1  | Park | reason=ParkedCallUnparked retriever=PJSIP/cid-00000003
        BRIDGE_EXIT  | 20.2 | 1001 |     | PJSIP/ann-00000001 | 0.1  | 0.1  | Park | bridge_id=lot bridge_technology=holding_bridge
        BRIDGE_ENTER | 20.3 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 0.1  | ParkedCall | bridge_id=talk2 bridge_technology=simple_bridge
        LINKEDID_END | 20.3 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 20.3 | ParkedCall |
        BRIDGE_ENTER | 20.3 | 1001 |     | PJSIP/ann-00000001 | 0.1  | 0.1  | | bridge_id=talk2 bridge_technology=simple_bridge
        BRIDGE_EXIT  | 40.0 | 1001 |     | PJSIP/ann-00000001 | 0.1  | 0.1  | | bridge_id=talk2 bridge_technology=simple_bridge
        HANGUP       | 40.0 | 1001 |     | PJSIP/ann-00000001 | 0.1  | 0.1  | | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END     | 40.0 | 1001 |     | PJSIP/ann-00000001 | 0.1  | 0.1  | |
        BRIDGE_EXIT  | 40.0 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 0.1  | ParkedCall | bridge_id=talk2 bridge_technology=simple_bridge
        HANGUP       | 40.1 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 0.1  | | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END     | 40.1 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 0.1  | |
        LINKEDID_END | 40.1 | 1003 | 701 | PJSIP/cid-00000003 | 20.3 | 0.1  | |`),
    ).gives({
      state: 'ended',
      call_key: channel('0.1'),
      disposition: 'answered',
      connect_ms: 35_900,
      hold_ms: 10_200,
      talk_ms: 25_700,
      answered_by_id: '1002',
      last_answered_by_id: '1003',
      ended_by: 'caller',
      ended_at: at(40),
      transfers: [{ at: at(20.2), kind: 'park_retrieve', by_leg_id: channel('20.3'), to: '1003', completed: true }],
      legs: [
        { leg_id: channel('0.1'), role: 'caller' },
        { leg_id: channel('0.2'), role: 'callee' },
        { leg_id: channel('20.3'), role: 'callee', created_at: at(20) },
      ],
    });
  });
});

suite('case 20: nobody fetches a parked caller, and whoever parked it is rung back', () => {
  test('by Asterisk', async () => {
    await told(
      cel(`${celParked}
        PARK_END     | 55.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | Park | reason=ParkedCallTimeOut
        BRIDGE_EXIT  | 55.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | Park | bridge_id=lot bridge_technology=holding_bridge
        CHAN_START   | 55.1 | 1002 | s    | PJSIP/bob-00000004 | 55.4 | 0.1 | |
        ANSWER       | 58.0 | 1002 | 1002 | PJSIP/bob-00000004 | 55.4 | 0.1 | AppDial |
        BRIDGE_ENTER | 58.0 | 1002 |      | PJSIP/bob-00000004 | 55.4 | 0.1 | AppDial | bridge_id=talk2 bridge_technology=simple_bridge
        BRIDGE_ENTER | 58.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | Dial | bridge_id=talk2 bridge_technology=simple_bridge
        BRIDGE_EXIT  | 70.0 | 1002 |      | PJSIP/bob-00000004 | 55.4 | 0.1 | AppDial | bridge_id=talk2 bridge_technology=simple_bridge
        HANGUP       | 70.0 | 1002 |      | PJSIP/bob-00000004 | 55.4 | 0.1 | | hangupcause=16 hangupsource=PJSIP/bob-00000004
        CHAN_END     | 70.0 | 1002 |      | PJSIP/bob-00000004 | 55.4 | 0.1 | |
        BRIDGE_EXIT  | 70.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | Dial | bridge_id=talk2 bridge_technology=simple_bridge
        HANGUP       | 70.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | | hangupcause=16 hangupsource=PJSIP/bob-00000004
        CHAN_END     | 70.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | |
        LINKEDID_END | 70.1 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | |`),
    ).gives({
      state: 'ended',
      disposition: 'answered',
      // 4 to 10, 45 in the lot, 58 to 70.
      connect_ms: 63_000,
      hold_ms: 45_000,
      talk_ms: 18_000,
      answered_by_id: '1002',
      last_answered_by_id: '1002',
      ended_by: 'callee',
      transfers: [{ at: at(55), kind: 'park_retrieve', completed: false }],
    });
  });

  test('by FreeSWITCH', async () => {
    await told(
      freeswitch(`${freeswitchParked}
        55.0 valet_parking::info      ann exit Valet-Lot-Name=lobby Valet-Extension=701
        55.0 CHANNEL_EXECUTE_COMPLETE ann valet_park lobby 701
        55.1 CHANNEL_CREATE           bob2 outbound sofia/internal/1002@10.0.0.2 +442079460123>1002 of=ann
        58.0 CHANNEL_ANSWER           bob2
        58.0 CHANNEL_BRIDGE           ann bob2
        70.0 CHANNEL_UNBRIDGE         ann bob2
        70.0 CHANNEL_HANGUP_COMPLETE  bob2 NORMAL_CLEARING by=recv_bye
        70.1 CHANNEL_HANGUP_COMPLETE  ann NORMAL_CLEARING by=send_bye`),
    ).gives({
      disposition: 'answered',
      hold_ms: 44_900,
      talk_ms: 18_000,
      last_answered_by_id: '1002',
      transfers: [{ kind: 'blind' }, { at: at(55), kind: 'park_retrieve', completed: false }],
    });
  });
});

suite('case 21: a parked caller hangs up: answered before, and ended by the caller', () => {
  test('by Asterisk', async () => {
    await told(
      cel(`${celParked}
        PARK_END     | 25.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | Park | reason=ParkedCallGiveUp
        BRIDGE_EXIT  | 25.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | Park | bridge_id=lot bridge_technology=holding_bridge
        HANGUP       | 25.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END     | 25.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | |
        LINKEDID_END | 25.0 | 1001 |      | PJSIP/ann-00000001 | 0.1  | 0.1 | |`),
    ).gives({
      state: 'ended',
      disposition: 'answered',
      connect_ms: 21_000,
      hold_ms: 15_000,
      talk_ms: 6000,
      ended_by: 'caller',
      hangup_cause: 'NORMAL_CLEARING',
      last_answered_by_id: '1002',
      transfers: [],
    });
  });

  test('by FreeSWITCH', async () => {
    await told(
      freeswitch(`${freeswitchParked}
        25.0 CHANNEL_HANGUP           ann NORMAL_CLEARING by=recv_bye
        25.0 valet_parking::info      ann exit Valet-Lot-Name=lobby Valet-Extension=701
        25.1 CHANNEL_HANGUP_COMPLETE  ann NORMAL_CLEARING by=recv_bye`),
    ).gives({
      disposition: 'answered',
      connect_ms: 20_900,
      hold_ms: 14_900,
      talk_ms: 6000,
      ended_by: 'caller',
      transfers: [{ kind: 'blind', to: '701' }],
    });
  });
});

test('case 69: a switchboard answers, puts the caller into its shared queue, and another takes the call', async () => {
  await told(
    cel(`
      eventtype    | eventtime | cid_num | exten | channame             | uniqueid | linkedid | extra
      CHAN_START   | 0.0       | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      |
      ANSWER       | 0.1       | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      |
      -- the switchboard's queue
      BRIDGE_ENTER | 0.2       | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=board bridge_technology=holding_bridge
      CHAN_START   | 5.0       | 1002    | s     | PJSIP/op1-00000002   | 5.2      | 0.1      |
      ANSWER       | 8.0       | 1002    | s     | PJSIP/op1-00000002   | 5.2      | 0.1      |
      BRIDGE_EXIT  | 8.0       | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=board bridge_technology=holding_bridge
      BRIDGE_ENTER | 8.1       | 1002    | s     | PJSIP/op1-00000002   | 5.2      | 0.1      | bridge_id=talk1 bridge_technology=simple_bridge
      BRIDGE_ENTER | 8.1       | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=talk1 bridge_technology=simple_bridge
      -- put on hold for whoever is free
      BRIDGE_EXIT  | 20.0      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=talk1 bridge_technology=simple_bridge
      BRIDGE_ENTER | 20.0      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=shared bridge_technology=holding_bridge
      BRIDGE_EXIT  | 20.1      | 1002    | s     | PJSIP/op1-00000002   | 5.2      | 0.1      | bridge_id=talk1 bridge_technology=simple_bridge
      HANGUP       | 20.1      | 1002    | s     | PJSIP/op1-00000002   | 5.2      | 0.1      | hangupcause=16
      CHAN_END     | 20.1      | 1002    | s     | PJSIP/op1-00000002   | 5.2      | 0.1      |
      CHAN_START   | 30.0      | 1003    | s     | PJSIP/op2-00000003   | 30.3     | 0.1      |
      ANSWER       | 32.0      | 1003    | s     | PJSIP/op2-00000003   | 30.3     | 0.1      |
      BRIDGE_EXIT  | 32.0      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=shared bridge_technology=holding_bridge
      BRIDGE_ENTER | 32.0      | 1003    | s     | PJSIP/op2-00000003   | 30.3     | 0.1      | bridge_id=talk2 bridge_technology=simple_bridge
      BRIDGE_ENTER | 32.0      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=talk2 bridge_technology=simple_bridge
      BRIDGE_EXIT  | 60.0      | 1003    | s     | PJSIP/op2-00000003   | 30.3     | 0.1      | bridge_id=talk2 bridge_technology=simple_bridge
      HANGUP       | 60.0      | 1003    | s     | PJSIP/op2-00000003   | 30.3     | 0.1      | hangupcause=16 hangupsource=PJSIP/op2-00000003
      CHAN_END     | 60.0      | 1003    | s     | PJSIP/op2-00000003   | 30.3     | 0.1      |
      BRIDGE_EXIT  | 60.0      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=talk2 bridge_technology=simple_bridge
      HANGUP       | 60.1      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      | hangupcause=16 hangupsource=PJSIP/op2-00000003
      CHAN_END     | 60.1      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      |
      LINKEDID_END | 60.1      | 0207    | 800   | PJSIP/trunk-00000001 | 0.1      | 0.1      |`),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    direction: 'inbound',
    switch_answered_at: at(0.1),
    answered_at: at(8.1),
    connect_ms: 51_900,
    hold_ms: 12_000,
    talk_ms: 39_900,
    answered_by_id: '1002',
    last_answered_by_id: '1003',
    ended_by: 'callee',
    legs: [{ role: 'caller' }, { role: 'callee', connect_ms: 11_900 }, { role: 'callee', connect_ms: 28_000 }],
  });
});
