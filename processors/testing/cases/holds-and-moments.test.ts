import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

const talking = `
  0.0  CHANNEL_CREATE          ann inbound  sofia/internal/1001@pbx 1001>1002
  0.2  CHANNEL_CREATE          bob outbound sofia/internal/1002@10.0.0.7 1001>1002 of=ann
  4.0  CHANNEL_ANSWER          bob
  4.0  CHANNEL_ANSWER          ann
  4.0  CHANNEL_BRIDGE          ann bob`;

test('case 45: both sides hold at once: the time counts once, and the talk is never below 0', async () => {
  await told(
    freeswitch(`${talking}
      10.0 CHANNEL_HOLD            ann
      12.0 CHANNEL_HOLD            bob
      14.0 CHANNEL_UNHOLD          ann
      18.0 CHANNEL_UNHOLD          bob
      24.0 CHANNEL_UNBRIDGE        ann bob
      24.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
      24.1 CHANNEL_HANGUP_COMPLETE bob NORMAL_CLEARING by=send_bye`),
  ).gives({
    connect_ms: 20_000,
    hold_ms: 8000,
    talk_ms: 12_000,
    holds: [
      { leg_id: 'ann', from: at(10), to: at(14) },
      { leg_id: 'bob', from: at(12), to: at(18) },
    ],
  });
});

test('case 46: on hold until the far end hangs up: the hold ends with the call', async () => {
  await told(
    freeswitch(`${talking}
      10.0 CHANNEL_HOLD            ann
      24.0 CHANNEL_UNBRIDGE        ann bob
      24.0 CHANNEL_HANGUP_COMPLETE bob NORMAL_CLEARING by=recv_bye
      24.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=send_bye`),
  ).gives({
    state: 'ended',
    connect_ms: 20_000,
    hold_ms: 14_000,
    talk_ms: 6000,
    ended_by: 'callee',
    holds: [{ leg_id: 'ann', from: at(10), to: at(24) }],
  });
});

test('case 64: answered and ended in one millisecond is answered, with a talk of 0', async () => {
  await told(
    freeswitch(`
      0.0     CHANNEL_CREATE          ann inbound  sofia/internal/1001@pbx 1001>1002
      0.2     CHANNEL_CREATE          bob outbound sofia/internal/1002@10.0.0.7 1001>1002 of=ann
      1.0     CHANNEL_PROGRESS        bob
      4.0     CHANNEL_ANSWER          bob
      4.0     CHANNEL_ANSWER          ann
      4.0     CHANNEL_BRIDGE          ann bob
      4.0     CHANNEL_UNBRIDGE        ann bob
      4.0     CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
      4.0     CHANNEL_HANGUP_COMPLETE bob NORMAL_CLEARING by=send_bye`),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    answered_at: at(4),
    ended_at: at(4),
    duration_ms: 4000,
    connect_ms: 0,
    talk_ms: 0,
    bill_ms: 0,
    answered_by_id: '1002',
    ended_by: 'caller',
    quality: [],
  });
});

suite('case 65: over before anything happened: the callee is the number that was dialled', () => {
  const hungUp = (cause: string): string => `
    eventtype    | eventtime | cid_num | exten | channame             | uniqueid | linkedid | extra
    CHAN_START   | 0.0       | 14201   | 42307 | PJSIP/trunk-00000001 | 0.1      | 0.1      |
    HANGUP       | 0.06      | 14201   | s     | PJSIP/trunk-00000001 | 0.1      | 0.1      | ${cause}
    CHAN_END     | 0.06      | 14201   | s     | PJSIP/trunk-00000001 | 0.1      | 0.1      |
    LINKEDID_END | 0.06      | 14201   | s     | PJSIP/trunk-00000001 | 0.1      | 0.1      |`;
  const nothing = {
    state: 'ended',
    direction: 'inbound',
    answered_at: null,
    duration_ms: 60,
    ring_ms: 0,
    setup_ms: null,
    bill_ms: 0,
    dialled_number: '42307',
    callee_number: '42307',
    legs: [{ leg_id: channel('0.1'), role: 'caller' }],
  } as const;

  test('by the caller', async () => {
    await told(cel(hungUp('hangupcause=0 hangupsource=PJSIP/trunk-00000001'))).gives({
      ...nothing,
      disposition: 'cancelled',
      ended_by: 'caller',
    });
  });

  test('by the switch, which knows no such number', async () => {
    await told(cel(hungUp('hangupcause=1 hangupsource=dialplan/builtin'))).gives({
      ...nothing,
      disposition: 'failed',
      cause_q850: 1,
      ended_by: 'switch',
    });
  });
});

test('case 66: the callee answers, and the caller’s own answer is never told: the bridge says it', async () => {
  await told(
    cel(`
      eventtype    | eventtime | cid_num | exten | channame             | uniqueid | linkedid | extra
      CHAN_START   | 0.0       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |
      CHAN_START   | 0.2       | 1002    | s     | PJSIP/bob-00000002   | 0.2      | 0.1      |
      ANSWER       | 4.0       | 1002    | 1002  | PJSIP/bob-00000002   | 0.2      | 0.1      |
      BRIDGE_ENTER | 4.1       | 1002    |       | PJSIP/bob-00000002   | 0.2      | 0.1      | bridge_id=x bridge_technology=simple_bridge
      BRIDGE_ENTER | 4.2       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=x bridge_technology=simple_bridge
      BRIDGE_EXIT  | 9.2       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | bridge_id=x bridge_technology=simple_bridge
      HANGUP       | 9.2       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      | hangupcause=16 hangupsource=PJSIP/trunk-00000001
      CHAN_END     | 9.2       | 0207    | 1002  | PJSIP/trunk-00000001 | 0.1      | 0.1      |
      HANGUP       | 9.3       | 1002    |       | PJSIP/bob-00000002   | 0.2      | 0.1      | hangupcause=16
      CHAN_END     | 9.3       | 1002    |       | PJSIP/bob-00000002   | 0.2      | 0.1      |
      LINKEDID_END | 9.3       | 1002    |       | PJSIP/bob-00000002   | 0.2      | 0.1      |`),
  ).gives({
    disposition: 'answered',
    answered_at: at(4.2),
    switch_answered_at: null,
    connect_ms: 5000,
    answered_by_id: '1002',
    ended_by: 'caller',
  });
});
