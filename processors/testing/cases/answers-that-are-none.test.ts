import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { cel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

test('case 1: a menu answers and rings a phone; the caller gives up', async () => {
  await told(
    freeswitch(`
      0.0   CHANNEL_CREATE           a inbound sofia/external/+442079460123@carrier +442079460123>+442079460100
      0.3   CHANNEL_ANSWER           a
      0.3   CHANNEL_EXECUTE          a ivr main
      6.0   CHANNEL_EXECUTE_COMPLETE a ivr main
      6.1   CHANNEL_CREATE           b outbound sofia/internal/1002@10.0.0.7 +442079460123>1002 of=a
      6.9   CHANNEL_PROGRESS         b
      14.0  CHANNEL_HANGUP_COMPLETE  a NORMAL_CLEARING by=recv_bye
      14.0  CHANNEL_HANGUP_COMPLETE  b ORIGINATOR_CANCEL by=send_cancel`),
  ).gives({
    disposition: 'cancelled',
    direction: 'inbound',
    switch_answered_at: at(0.3),
    answered_at: null,
    answered_by_kind: 'ivr',
    bill_ms: 13_700,
    connect_ms: 0,
    ring_ms: 7100,
    duration_ms: 14_000,
    ended_by: 'caller',
    legs: [
      { leg_id: 'a', role: 'caller' },
      { leg_id: 'b', role: 'callee', hangup_cause: 'ORIGINATOR_CANCEL' },
    ],
  });
});

test('case 2: a menu answers, the callee refuses', async () => {
  await told(
    freeswitch(`
      0.0   CHANNEL_CREATE           a inbound sofia/external/+442079460123@carrier +442079460123>+442079460100
      0.3   CHANNEL_ANSWER           a
      0.3   CHANNEL_EXECUTE          a ivr main
      6.0   CHANNEL_EXECUTE_COMPLETE a ivr main
      6.1   CHANNEL_CREATE           b outbound sofia/internal/1002@10.0.0.7 +442079460123>1002 of=a
      6.9   CHANNEL_PROGRESS         b
      9.0   CHANNEL_HANGUP_COMPLETE  b CALL_REJECTED sip=603 by=recv_refuse
      9.2   CHANNEL_HANGUP_COMPLETE  a NORMAL_TEMPORARY_FAILURE by=send_bye`),
  ).gives({
    disposition: 'rejected',
    answered_at: null,
    hangup_cause: 'CALL_REJECTED',
    cause_q850: 21,
    sip_code: 603,
    ended_by: 'callee',
    bill_ms: 8900,
    callee_number: '1002',
  });
});

suite('case 42: nobody answers and the mailbox does', () => {
  test('by FreeSWITCH', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE           a inbound sofia/external/+442079460123@carrier +442079460123>+442079460100
        0.2  CHANNEL_CREATE           b outbound sofia/internal/1002@10.0.0.7 +442079460123>1002 of=a
        1.0  CHANNEL_PROGRESS         b
        20.0 CHANNEL_HANGUP_COMPLETE  b NO_ANSWER by=send_cancel
        20.2 CHANNEL_ANSWER           a
        20.3 CHANNEL_EXECUTE          a voicemail default pbx.example.net 1002
        45.0 CHANNEL_EXECUTE_COMPLETE a voicemail default pbx.example.net 1002
        45.1 CHANNEL_HANGUP_COMPLETE  a NORMAL_CLEARING by=recv_bye`),
    ).gives({
      disposition: 'voicemail',
      reached_voicemail: true,
      answered_at: null,
      switch_answered_at: at(20.2),
      answered_by_kind: 'voicemail',
      answered_by_id: '1002',
      connect_ms: 0,
      bill_ms: 24_900,
      legs: [{ role: 'caller' }, { role: 'callee', cause_q850: 19 }],
    });
  });

  test('by Asterisk, at once', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame             | uniqueid | linkedid | appname   | appdata        | extra
        CHAN_START   | 0.0       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |           |                |
        ANSWER       | 0.2       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | VoiceMail | 1002@default,u |
        APP_START    | 0.2       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | VoiceMail | 1002@default,u |
        HANGUP       | 15.0      | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | VoiceMail | 1002@default,u | hangupcause=16 hangupsource=PJSIP/trunk-00000001
        CHAN_END     | 15.0      | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |           |                |
        LINKEDID_END | 15.0      | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |           |                |`),
    ).gives({
      disposition: 'voicemail',
      reached_voicemail: true,
      answered_at: null,
      answered_by_kind: 'voicemail',
      answered_by_id: '1002',
      ended_by: 'caller',
    });
  });
});

suite('case 43: who listens to their own mailbox has not reached somebody’s', () => {
  const own = {
    reached_voicemail: false,
    answered_at: null,
    direction: 'internal',
    answered_by_kind: 'app',
    connect_ms: 0,
  } as const;

  test('by FreeSWITCH', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE           a inbound sofia/internal/1002@pbx 1002>*97
        0.2  CHANNEL_ANSWER           a
        0.3  CHANNEL_EXECUTE          a voicemail check default pbx.example.net 1002
        30.0 CHANNEL_EXECUTE_COMPLETE a voicemail check default pbx.example.net 1002
        30.1 CHANNEL_HANGUP_COMPLETE  a NORMAL_CLEARING by=recv_bye`),
    ).gives({ ...own, bill_ms: 29_900, dialled_number: '*97', callee_number: '' });
  });

  test('by Asterisk', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame           | uniqueid | linkedid | appname       | appdata      | extra
        CHAN_START   | 0.0       | 1002    | *98   | PJSIP/bob-00000001 | 0.1      | 0.1      |               |              |
        ANSWER       | 0.2       | 1002    | *98   | PJSIP/bob-00000001 | 0.1      | 0.1      | VoiceMailMain | 1002@default |
        APP_START    | 0.2       | 1002    | *98   | PJSIP/bob-00000001 | 0.1      | 0.1      | VoiceMailMain | 1002@default |
        HANGUP       | 25.0      | 1002    | *98   | PJSIP/bob-00000001 | 0.1      | 0.1      |               |              | hangupcause=16 hangupsource=PJSIP/bob-00000001
        CHAN_END     | 25.0      | 1002    | *98   | PJSIP/bob-00000001 | 0.1      | 0.1      |               |              |
        LINKEDID_END | 25.0      | 1002    | *98   | PJSIP/bob-00000001 | 0.1      | 0.1      |               |              |`),
    ).gives({ ...own, answered_by_id: 'VoiceMailMain', ended_by: 'caller' });
  });
});

suite('case 44: a carrier’s mailbox answers a mobile: answered, for nobody can know', () => {
  const mobile = (detected: string): string => `
    0.0  CHANNEL_CREATE          a inbound sofia/internal/1001@pbx 1001>+447700900123
    0.2  CHANNEL_CREATE          b outbound sofia/gateway/carrier/+447700900123 1001>+447700900123 of=a variable_sip_gateway_name=carrier
    9.0  CHANNEL_ANSWER          b
    9.0  CHANNEL_ANSWER          a
    9.0  CHANNEL_BRIDGE          a b
    30.0 CHANNEL_UNBRIDGE        a b
    30.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
    30.1 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye ${detected}`;
  const answered = { disposition: 'answered', direction: 'outbound', connect_ms: 21_000 } as const;

  test('where nothing listened', async () => {
    await told(freeswitch(mobile(''))).gives({ ...answered, answered_by_kind: 'external', answered_by_amd: '' });
  });

  test('where answering-machine detection did', async () => {
    await told(freeswitch(mobile('variable_amd_result=MACHINE'))).gives({ ...answered, answered_by_amd: 'machine' });
    await told(freeswitch(mobile('variable_amd_status=person'))).gives({ ...answered, answered_by_amd: 'human' });
    await told(freeswitch(mobile('variable_amd_result=NOTSURE'))).gives({ ...answered, answered_by_amd: '' });
  });
});

suite('case 70: a screened call is blocked, even where an announcement answers', () => {
  const blocked = { disposition: 'blocked', answered_at: null, connect_ms: 0 } as const;

  test('by Asterisk, whose dialplan says so with CELGenUserEvent', async () => {
    await told(
      cel(`
        eventtype    | eventtime | cid_num | exten | channame             | uniqueid | linkedid | extra
        CHAN_START   | 0.0       | 0900    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |
        CALL_BLOCKED | 0.1       | 0900    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | {"extra":"on the list of unwanted callers"}
        ANSWER       | 0.2       | 0900    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |
        HANGUP       | 4.0       | 0900    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | hangupcause=16 hangupsource=dialplan/builtin
        CHAN_END     | 4.0       | 0900    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |
        LINKEDID_END | 4.0       | 0900    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |`),
    ).gives({ ...blocked, direction: 'inbound', switch_answered_at: at(0.2), bill_ms: 3800, ended_by: 'switch' });
  });

  test('by FreeSWITCH, whose dialplan sets a variable', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          a inbound sofia/external/+449000@carrier +449000>+442079460100
        0.2  CHANNEL_ANSWER          a
        4.0  CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=send_bye variable_call_blocked=screened`),
    ).gives({ ...blocked, bill_ms: 3800 });
  });
});
