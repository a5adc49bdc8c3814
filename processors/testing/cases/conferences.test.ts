import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { canonical } from './canonical.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

suite('case 22: a conference room: one call a caller, answered by the room; waiting to be let in is no talk', () => {
  test('by Asterisk, with a waiting room before it', async () => {
    await told(
      cel(`
        eventtype       | eventtime | cid_num | exten | channame           | uniqueid | linkedid | appname    | appdata        | extra
        CHAN_START      | 0.0       | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      |            |                |
        WAZO_CONFERENCE | 0.1       | 1001    | s     | PJSIP/ann-00000001 | 0.1      | 0.1      |            |                | {"extra":"NAME: Monday round"}
        ANSWER          | 0.2       | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      | Answer     |                |
        BRIDGE_ENTER    | 1.0       | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      | Stasis     | lobby          | bridge_id=lobby bridge_technology=holding_bridge
        BRIDGE_EXIT     | 10.0      | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      | Stasis     | lobby          | bridge_id=lobby bridge_technology=holding_bridge
        BRIDGE_ENTER    | 10.0      | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      | ConfBridge | conference-1,, | bridge_id=room bridge_technology=softmix
        -- the moderator comes in
        CHAN_START      | 9.0       | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      |            |                |
        WAZO_CONFERENCE | 9.1       | 1002    | s     | PJSIP/bob-00000002 | 9.2      | 9.2      |            |                | {"extra":"NAME: Monday round"}
        ANSWER          | 9.2       | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      | Answer     |                |
        BRIDGE_ENTER    | 10.0      | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      | ConfBridge | conference-1,, | bridge_id=room bridge_technology=softmix
        BRIDGE_EXIT     | 60.0      | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      | ConfBridge | conference-1,, | bridge_id=room bridge_technology=softmix
        HANGUP          | 60.1      | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      |            |                | hangupcause=16 hangupsource=PJSIP/ann-00000001
        CHAN_END        | 60.1      | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      |            |                |
        LINKEDID_END    | 60.1      | 1001    | 4001  | PJSIP/ann-00000001 | 0.1      | 0.1      |            |                |
        BRIDGE_EXIT     | 61.0      | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      | ConfBridge | conference-1,, | bridge_id=room bridge_technology=softmix
        HANGUP          | 61.0      | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      |            |                | hangupcause=16 hangupsource=PJSIP/bob-00000002
        CHAN_END        | 61.0      | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      |            |                |
        LINKEDID_END    | 61.0      | 1002    | 4001  | PJSIP/bob-00000002 | 9.2      | 9.2      |            |                |`),
    ).givesEach([
      {
        call_key: channel('0.1'),
        disposition: 'answered',
        answered_at: at(10),
        switch_answered_at: at(0.2),
        connect_ms: 50_000,
        hold_ms: 0,
        talk_ms: 50_000,
        answered_by_kind: 'conference',
        answered_by_id: 'Monday round',
        dialled_number: '4001',
        ended_by: 'caller',
        legs: [{ role: 'caller' }],
      },
      {
        call_key: channel('9.2'),
        disposition: 'answered',
        connect_ms: 51_000,
        answered_by_kind: 'conference',
        legs: [{ role: 'caller' }],
      },
    ]);
  });

  test('by FreeSWITCH, which does not tell who waits: the whole time in the room counts', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE           ann inbound sofia/internal/1001@pbx 1001>3000
        0.2  CHANNEL_ANSWER           ann
        0.3  CHANNEL_EXECUTE          ann conference daily@default+4711
        40.3 CHANNEL_EXECUTE_COMPLETE ann conference daily@default+4711
        40.4 CHANNEL_HANGUP_COMPLETE  ann NORMAL_CLEARING by=recv_bye`),
    ).gives({
      disposition: 'answered',
      answered_at: at(0.3),
      connect_ms: 40_000,
      answered_by_kind: 'conference',
      answered_by_id: 'daily',
      ended_by: 'caller',
    });
  });
});

test('case 23: two calls that are thrown together to three: the time together counts once', async () => {
  await told(
    cel(`
      eventtype    | eventtime | cid_num | exten | channame           | uniqueid | linkedid | appname | extra
      CHAN_START   | 0.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      |         |
      CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002 | 0.2      | 0.1      |         |
      ANSWER       | 4.0       | 1002    | 1002  | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial |
      ANSWER       | 4.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      | Dial    |
      BRIDGE_ENTER | 4.0       | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial | bridge_id=one bridge_technology=simple_bridge
      BRIDGE_ENTER | 4.0       | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      | Dial    | bridge_id=one bridge_technology=simple_bridge
      -- on her second line
      CHAN_START   | 10.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 10.3     |         |
      CHAN_START   | 10.2      | 1003    | s     | PJSIP/cid-00000004 | 10.4     | 10.3     |         |
      ANSWER       | 13.0      | 1003    | 1003  | PJSIP/cid-00000004 | 10.4     | 10.3     | AppDial |
      ANSWER       | 13.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 10.3     | Dial    |
      BRIDGE_ENTER | 13.0      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 10.3     | AppDial | bridge_id=two bridge_technology=simple_bridge
      BRIDGE_ENTER | 13.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 10.3     | Dial    | bridge_id=two bridge_technology=simple_bridge
      -- the phone asks for a conference: all of them move into one bridge, and her first line ends
      BRIDGE_EXIT  | 20.0      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | AppDial | bridge_id=one bridge_technology=simple_bridge
      BRIDGE_EXIT  | 20.0      | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      | Dial    | bridge_id=one bridge_technology=simple_bridge
      HANGUP       | 20.0      | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      |         | hangupcause=16
      CHAN_END     | 20.0      | 1001    | 1002  | PJSIP/ann-00000001 | 0.1      | 0.1      |         |
      BRIDGE_EXIT  | 20.0      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 10.3     | AppDial | bridge_id=two bridge_technology=simple_bridge
      BRIDGE_EXIT  | 20.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 10.3     | Dial    | bridge_id=two bridge_technology=simple_bridge
      BRIDGE_ENTER | 20.2      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | Stasis  | bridge_id=three bridge_technology=softmix
      BRIDGE_ENTER | 20.2      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 0.1      | Stasis  | bridge_id=three bridge_technology=softmix
      BRIDGE_ENTER | 20.2      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 0.1      | Stasis  | bridge_id=three bridge_technology=softmix
      LINKEDID_END | 20.2      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 10.3     | Stasis  |
      BRIDGE_EXIT  | 40.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 0.1      | Stasis  | bridge_id=three bridge_technology=softmix
      HANGUP       | 40.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 0.1      |         | hangupcause=16 hangupsource=PJSIP/ann-00000003
      CHAN_END     | 40.0      | 1001    | 1003  | PJSIP/ann-00000003 | 10.3     | 0.1      |         |
      BRIDGE_EXIT  | 40.1      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      | Stasis  | bridge_id=three bridge_technology=softmix
      HANGUP       | 40.1      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      |         | hangupcause=16
      CHAN_END     | 40.1      | 1002    |       | PJSIP/bob-00000002 | 0.2      | 0.1      |         |
      BRIDGE_EXIT  | 40.1      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 0.1      | Stasis  | bridge_id=three bridge_technology=softmix
      HANGUP       | 40.2      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 0.1      |         | hangupcause=16
      CHAN_END     | 40.2      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 0.1      |         |
      LINKEDID_END | 40.2      | 1003    |       | PJSIP/cid-00000004 | 10.4     | 0.1      |         |`),
  ).gives({
    state: 'ended',
    call_key: channel('0.1'),
    disposition: 'answered',
    started_at: at(0),
    ended_at: at(40.2),
    duration_ms: 40_200,
    // 4 to 20 with Bob; from 20.2 on all three.
    connect_ms: 35_900,
    answered_by_id: '1002',
    quality: ['merged'],
    legs: [
      { leg_id: channel('0.1'), role: 'caller', connect_ms: 16_000 },
      { leg_id: channel('0.2'), connect_ms: 35_900 },
      { leg_id: channel('10.3'), connect_ms: 26_800 },
      { leg_id: channel('10.4'), connect_ms: 26_900 },
    ],
  });
});

test('case 24: a meeting is called by its name, not by the room’s technical id', async () => {
  await told(
    cel(`
      eventtype         | eventtime | cid_num | exten                                             | channame           | uniqueid | linkedid | extra
      CHAN_START        | 0.0       | 8032    | wazo-meeting-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 | PJSIP/ann-00000001 | 0.1      | 0.1      |
      WAZO_MEETING_NAME | 0.1       | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      | {"extra":"Meeting with Ann"}
      ANSWER            | 0.2       | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      |
      BRIDGE_ENTER      | 1.0       | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      | bridge_id=room bridge_technology=softmix
      BRIDGE_EXIT       | 31.0      | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      | bridge_id=room bridge_technology=softmix
      HANGUP            | 31.2      | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      | hangupcause=16 hangupsource=PJSIP/ann-00000001
      CHAN_END          | 31.2      | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      |
      LINKEDID_END      | 31.2      | 8032    | participant                                       | PJSIP/ann-00000001 | 0.1      | 0.1      |`),
  ).gives({
    disposition: 'answered',
    dialled_number: '',
    callee_number: '',
    answered_by_kind: 'conference',
    answered_by_id: 'Meeting with Ann',
    connect_ms: 30_000,
    legs: [{ destination: 'wazo-meeting-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0' }],
  });
});

suite('case 25: a supervisor who listens changes nothing in the call', () => {
  test('by FreeSWITCH: the supervisor’s call is one of its own', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE           ann inbound  sofia/internal/1001@pbx 1001>1002
        0.2  CHANNEL_CREATE           bob outbound sofia/internal/1002@10.0.0.7 1001>1002 of=ann
        4.0  CHANNEL_ANSWER           bob
        4.0  CHANNEL_ANSWER           ann
        4.0  CHANNEL_BRIDGE           ann bob
        8.0  CHANNEL_CREATE           sup inbound sofia/internal/1099@pbx 1099>881002
        8.1  CHANNEL_ANSWER           sup
        8.1  CHANNEL_EXECUTE          sup eavesdrop bob
        20.0 CHANNEL_UNBRIDGE         ann bob
        20.0 CHANNEL_HANGUP_COMPLETE  bob NORMAL_CLEARING by=recv_bye
        20.1 CHANNEL_HANGUP_COMPLETE  ann NORMAL_CLEARING by=send_bye
        20.1 CHANNEL_EXECUTE_COMPLETE sup eavesdrop bob
        20.2 CHANNEL_HANGUP_COMPLETE  sup NORMAL_CLEARING by=recv_bye`),
    ).givesEach([
      {
        disposition: 'answered',
        connect_ms: 16_000,
        answered_by_id: '1002',
        last_answered_by_id: '1002',
        ended_by: 'callee',
        legs: [{ role: 'caller' }, { role: 'callee' }],
      },
      {
        call_key: 'sup',
        answered_at: null,
        connect_ms: 0,
        bill_ms: 12_100,
        answered_by_kind: 'app',
        answered_by_id: 'eavesdrop',
        legs: [{ leg_id: 'sup', role: 'spy' }],
      },
    ]);
  });

  test('told within the call, and barging into its bridge', async () => {
    await told(
      canonical(
        `
        0.0  leg.created  a anchor=0 dir=in kind=trunk from=+442079460123 to=800
        0.2  leg.created  b anchor=0 dir=out kind=user to=1002
        1.0  leg.progress b anchor=0
        4.0  leg.answered b anchor=0
        4.0  leg.answered a anchor=0
        4.0  leg.bridged  a anchor=0 bridge=x
        4.0  leg.bridged  b anchor=0 bridge=x
        6.0  leg.created  s anchor=0 dir=out kind=user to=1099
        6.5  leg.progress s anchor=0
        7.0  leg.answered s anchor=0
        7.0  app.entered  s anchor=0 app=spy name=whisper
        9.0  leg.bridged  s anchor=0 bridge=x
        20.0 leg.ended    b anchor=0 q850=16 by=far
        20.0 leg.ended    a anchor=0 q850=16
        25.0 leg.ended    s anchor=0 q850=16`,
        { kind: 'other', anchor: 0 },
      ),
    ).gives({
      disposition: 'answered',
      direction: 'inbound',
      callee_number: '1002',
      answered_by_id: '1002',
      last_answered_by_id: '1002',
      setup_ms: 1000,
      ring_ms: 3000,
      connect_ms: 16_000,
      ended_at: at(20),
      ended_by: 'callee',
      legs: [{ role: 'caller' }, { leg_id: 'b', role: 'callee' }, { leg_id: 's', role: 'spy', connect_ms: 0 }],
    });
  });
});
