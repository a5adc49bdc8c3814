import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

suite('case 67: the switch calls its own user first, then whom the user wants: the user is the caller', () => {
  test('by FreeSWITCH: to a number outside', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann outbound sofia/internal/1001@10.0.0.1 4000>1001
        1.0  CHANNEL_PROGRESS        ann
        3.0  CHANNEL_ANSWER          ann
        3.2  CHANNEL_CREATE          gsm outbound sofia/gateway/carrier/+447700900123 1001>+447700900123 of=ann variable_sip_gateway_name=carrier
        5.0  CHANNEL_PROGRESS        gsm
        9.0  CHANNEL_ANSWER          gsm
        9.0  CHANNEL_BRIDGE          ann gsm
        30.0 CHANNEL_UNBRIDGE        ann gsm
        30.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
        30.1 CHANNEL_HANGUP_COMPLETE gsm NORMAL_CLEARING by=send_bye`),
    ).gives({
      call_key: 'ann',
      disposition: 'answered',
      direction: 'outbound',
      caller_number: '1001',
      dialled_number: '+447700900123',
      callee_number: '+447700900123',
      switch_answered_at: at(3),
      answered_at: at(9),
      connect_ms: 21_000,
      ring_ms: 4000,
      ended_by: 'caller',
      legs: [
        { leg_id: 'ann', role: 'caller' },
        { leg_id: 'gsm', role: 'callee' },
      ],
    });
  });

  test('by FreeSWITCH: two calls that an application bridges', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann outbound sofia/internal/1001@10.0.0.1 4000>1001
        3.0  CHANNEL_ANSWER          ann
        3.2  CHANNEL_CREATE          bob outbound sofia/internal/1002@10.0.0.2 1001>1002
        9.0  CHANNEL_ANSWER          bob
        9.1  CHANNEL_BRIDGE          ann bob uuid_br
        30.1 CHANNEL_UNBRIDGE        ann bob
        30.1 CHANNEL_HANGUP_COMPLETE bob NORMAL_CLEARING by=recv_bye
        30.2 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=send_bye`),
    ).gives({
      call_key: 'ann',
      disposition: 'answered',
      direction: 'internal',
      caller_number: '1001',
      callee_number: '1002',
      connect_ms: 21_000,
      ended_by: 'callee',
      quality: ['merged'],
    });
  });

  test('by FreeSWITCH: the user does not answer, so nobody else was called', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann outbound sofia/internal/1001@10.0.0.1 4000>1001
        1.0  CHANNEL_PROGRESS        ann
        30.0 CHANNEL_HANGUP_COMPLETE ann NO_ANSWER by=send_cancel`),
    ).gives({
      disposition: 'no_answer',
      caller_number: '1001',
      dialled_number: '',
      callee_number: '',
      bill_ms: 0,
      legs: [{ leg_id: 'ann', role: 'caller' }],
    });
  });

  const originated = `
    eventtype    | eventtime | cid_num | exten | channame           | uniqueid | linkedid | extra
    CHAN_START   | 0.0       | 1001    | s     | PJSIP/ann-00000001 | 0.1      | 0.1      |
    ANSWER       | 1.6       | 1002    |       | PJSIP/ann-00000001 | 0.1      | 0.1      |
    CHAN_START   | 1.7       | 1002    | s     | PJSIP/bob-00000002 | 1.2      | 0.1      |`;

  test('by Asterisk: the dialled number is that of the second channel', async () => {
    await told(
      cel(`${originated}
        ANSWER       | 3.4 | 1002 | s | PJSIP/bob-00000002 | 1.2 | 0.1 |
        BRIDGE_ENTER | 3.4 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 | bridge_id=x bridge_technology=simple_bridge
        BRIDGE_ENTER | 3.4 | 1002 |   | PJSIP/bob-00000002 | 1.2 | 0.1 | bridge_id=x bridge_technology=simple_bridge
        BRIDGE_EXIT  | 6.4 | 1002 |   | PJSIP/bob-00000002 | 1.2 | 0.1 | bridge_id=x bridge_technology=simple_bridge
        HANGUP       | 6.4 | 1002 |   | PJSIP/bob-00000002 | 1.2 | 0.1 | hangupcause=16 hangupsource=PJSIP/bob-00000002
        CHAN_END     | 6.4 | 1002 |   | PJSIP/bob-00000002 | 1.2 | 0.1 |
        HANGUP       | 6.5 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 | hangupcause=16 hangupsource=PJSIP/bob-00000002
        CHAN_END     | 6.5 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 |
        LINKEDID_END | 6.5 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 |`),
    ).gives({
      disposition: 'answered',
      direction: 'internal',
      caller_number: '1001',
      dialled_number: '1002',
      callee_number: '1002',
      answered_at: at(3.4),
      connect_ms: 3000,
      ended_by: 'callee',
      legs: [
        { leg_id: channel('0.1'), role: 'caller' },
        { leg_id: channel('1.2'), role: 'callee' },
      ],
    });
  });

  test('by Asterisk: given up by the switchboard while the second rings', async () => {
    await told(
      cel(`${originated}
        HANGUP       | 14.0 | 1002 | s | PJSIP/bob-00000002 | 1.2 | 0.1 | hangupcause=0
        CHAN_END     | 14.0 | 1002 | s | PJSIP/bob-00000002 | 1.2 | 0.1 |
        HANGUP       | 14.0 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 | hangupcause=0 dialstatus=CANCEL
        CHAN_END     | 14.0 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 |
        LINKEDID_END | 14.0 | 1001 | s | PJSIP/ann-00000001 | 0.1 | 0.1 |`),
    ).gives({
      disposition: 'cancelled',
      answered_at: null,
      caller_number: '1001',
      dialled_number: '1002',
      callee_number: '1002',
      ended_by: 'caller',
    });
  });
});
