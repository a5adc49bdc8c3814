import { suite, test } from 'node:test';
import { at } from '../event-table.ts';
import { canonical } from './canonical.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { told } from './told.ts';

const columns = `
  eventtype    | eventtime | cid_num | exten | channame | uniqueid | linkedid | extra`;

suite('case 13: channels that a switch makes to itself and optimises away are no legs', () => {
  test('by Asterisk: a group of two users, each behind a Local channel', async () => {
    await told(
      cel(`${columns}
        CHAN_START   | 0.0 | 1001 | 600  | PJSIP/ann-00000001               | 0.1 | 0.1 |
        ANSWER       | 0.2 | 1001 | 600  | PJSIP/ann-00000001               | 0.1 | 0.1 |
        CHAN_START   | 1.0 |      | bob  | Local/bob@usersharedlines-0001;1 | 1.2 | 0.1 |
        CHAN_START   | 1.0 |      | bob  | Local/bob@usersharedlines-0001;2 | 1.3 | 0.1 |
        CHAN_START   | 1.0 |      | cid  | Local/cid@usersharedlines-0002;1 | 1.4 | 0.1 |
        CHAN_START   | 1.0 |      | cid  | Local/cid@usersharedlines-0002;2 | 1.5 | 0.1 |
        CHAN_START   | 1.1 | 1002 | s    | PJSIP/bob-00000006               | 1.6 | 0.1 |
        CHAN_START   | 1.1 | 1003 | s    | PJSIP/cid-00000007               | 1.7 | 0.1 |
        ANSWER       | 6.0 | 1003 | cid  | PJSIP/cid-00000007               | 1.7 | 0.1 |
        ANSWER       | 6.0 | 1001 | cid  | Local/cid@usersharedlines-0002;2 | 1.5 | 0.1 |
        BRIDGE_ENTER | 6.0 | 1003 | cid  | PJSIP/cid-00000007               | 1.7 | 0.1 | bridge_id=far bridge_technology=simple_bridge
        BRIDGE_ENTER | 6.0 | 1001 | cid  | Local/cid@usersharedlines-0002;2 | 1.5 | 0.1 | bridge_id=far bridge_technology=simple_bridge
        ANSWER       | 6.0 | 1003 | s    | Local/cid@usersharedlines-0002;1 | 1.4 | 0.1 |
        HANGUP       | 6.0 | 1002 | s    | Local/bob@usersharedlines-0001;1 | 1.2 | 0.1 | hangupcause=0
        CHAN_END     | 6.0 | 1002 | s    | Local/bob@usersharedlines-0001;1 | 1.2 | 0.1 |
        HANGUP       | 6.0 | 1001 | bob  | Local/bob@usersharedlines-0001;2 | 1.3 | 0.1 | hangupcause=0 dialstatus=CANCEL
        CHAN_END     | 6.0 | 1001 | bob  | Local/bob@usersharedlines-0001;2 | 1.3 | 0.1 |
        HANGUP       | 6.1 | 1002 | bob  | PJSIP/bob-00000006               | 1.6 | 0.1 | hangupcause=0
        CHAN_END     | 6.1 | 1002 | bob  | PJSIP/bob-00000006               | 1.6 | 0.1 |
        BRIDGE_ENTER | 6.3 | 1003 | s    | Local/cid@usersharedlines-0002;1 | 1.4 | 0.1 | bridge_id=near bridge_technology=simple_bridge
        BRIDGE_ENTER | 6.3 | 1001 | 600  | PJSIP/ann-00000001               | 0.1 | 0.1 | bridge_id=near bridge_technology=simple_bridge
        -- optimised away
        BRIDGE_EXIT  | 6.4 | 1003 | cid  | PJSIP/cid-00000007               | 1.7 | 0.1 | bridge_id=far bridge_technology=simple_bridge
        BRIDGE_EXIT  | 6.4 | 1003 | s    | Local/cid@usersharedlines-0002;1 | 1.4 | 0.1 | bridge_id=near bridge_technology=simple_bridge
        BRIDGE_ENTER | 6.4 | 1003 | cid  | PJSIP/cid-00000007               | 1.7 | 0.1 | bridge_id=near bridge_technology=simple_bridge
        HANGUP       | 6.4 | 1003 | s    | Local/cid@usersharedlines-0002;1 | 1.4 | 0.1 | hangupcause=0
        CHAN_END     | 6.4 | 1003 | s    | Local/cid@usersharedlines-0002;1 | 1.4 | 0.1 |
        BRIDGE_EXIT  | 6.4 | 1001 | cid  | Local/cid@usersharedlines-0002;2 | 1.5 | 0.1 | bridge_id=far bridge_technology=simple_bridge
        HANGUP       | 6.4 | 1001 | cid  | Local/cid@usersharedlines-0002;2 | 1.5 | 0.1 | hangupcause=0 dialstatus=ANSWER
        CHAN_END     | 6.4 | 1001 | cid  | Local/cid@usersharedlines-0002;2 | 1.5 | 0.1 |
        BRIDGE_EXIT  | 26.3 | 1003 | cid | PJSIP/cid-00000007               | 1.7 | 0.1 | bridge_id=near bridge_technology=simple_bridge
        HANGUP       | 26.3 | 1003 | cid | PJSIP/cid-00000007               | 1.7 | 0.1 | hangupcause=16 hangupsource=PJSIP/cid-00000007
        CHAN_END     | 26.3 | 1003 | cid | PJSIP/cid-00000007               | 1.7 | 0.1 |
        BRIDGE_EXIT  | 26.3 | 1001 | 600 | PJSIP/ann-00000001               | 0.1 | 0.1 | bridge_id=near bridge_technology=simple_bridge
        HANGUP       | 26.4 | 1001 | 600 | PJSIP/ann-00000001               | 0.1 | 0.1 | hangupcause=16 hangupsource=PJSIP/cid-00000007
        CHAN_END     | 26.4 | 1001 | 600 | PJSIP/ann-00000001               | 0.1 | 0.1 |
        LINKEDID_END | 26.4 | 1001 | 600 | PJSIP/ann-00000001               | 0.1 | 0.1 |`),
    ).gives({
      state: 'ended',
      disposition: 'answered',
      dialled_number: '600',
      callee_number: '1003',
      answered_at: at(6.3),
      connect_ms: 20_000,
      answered_by_leg_id: channel('1.7'),
      last_answered_by_id: '1003',
      ended_by: 'callee',
      legs: [
        { leg_id: channel('0.1'), role: 'caller', endpoint: 'PJSIP/ann-00000001' },
        { leg_id: channel('1.6'), role: 'loser' },
        { leg_id: channel('1.7'), role: 'callee', endpoint: 'PJSIP/cid-00000007' },
      ],
    });
  });

  test('by FreeSWITCH: a loopback whose second half has a call of its own', async () => {
    await told(
      freeswitch(`
        0.0  CHANNEL_CREATE          ann inbound  sofia/internal/1001@pbx 1001>600
        0.2  CHANNEL_CREATE          la outbound loopback/1002-a 1001>1002 of=ann variable_loopback_leg=A variable_other_loopback_leg_uuid=lb
        0.2  CHANNEL_CREATE          lb inbound  loopback/1002-b 1001>1002 variable_loopback_leg=B variable_other_loopback_leg_uuid=la
        0.4  CHANNEL_CREATE          bob outbound sofia/internal/1002@10.0.0.7 1001>1002 of=lb
        1.0  CHANNEL_PROGRESS        bob
        4.0  CHANNEL_ANSWER          bob
        4.0  CHANNEL_ANSWER          lb
        4.0  CHANNEL_ANSWER          la
        4.0  CHANNEL_ANSWER          ann
        4.0  CHANNEL_BRIDGE          lb bob
        4.0  CHANNEL_BRIDGE          ann la
        4.2  CHANNEL_UNBRIDGE        ann la
        4.2  CHANNEL_UNBRIDGE        lb bob
        4.2  CHANNEL_BRIDGE          ann bob uuid_br
        4.2  CHANNEL_HANGUP_COMPLETE la NORMAL_UNSPECIFIED
        4.2  CHANNEL_HANGUP_COMPLETE lb NORMAL_UNSPECIFIED
        24.0 CHANNEL_UNBRIDGE        ann bob
        24.0 CHANNEL_HANGUP_COMPLETE ann NORMAL_CLEARING by=recv_bye
        24.1 CHANNEL_HANGUP_COMPLETE bob NORMAL_CLEARING by=send_bye`),
    ).gives({
      state: 'ended',
      call_key: 'ann',
      disposition: 'answered',
      answered_at: at(4),
      connect_ms: 20_000,
      callee_number: '1002',
      answered_by_leg_id: 'bob',
      ended_by: 'caller',
      legs: [
        { leg_id: 'ann', role: 'caller' },
        { leg_id: 'bob', role: 'callee', connect_ms: 20_000 },
      ],
    });
  });
});

test('case 14: a Local channel that stays hides a transfer from the queue: the agent’s time ends with it', async () => {
  const queue = { kind: 'asterisk', call: channel('0.1'), anchor: 0.000001 } as const;
  await told(
    cel(`${columns}
      CHAN_START    | 0.0  | 0207 | 800  | PJSIP/trunk-00000001        | 0.1  | 0.1 |
      ANSWER        | 0.1  | 0207 | 800  | PJSIP/trunk-00000001        | 0.1  | 0.1 |
      CHAN_START    | 2.0  |      | 2001 | Local/2001@queue-00000001;1 | 2.2  | 0.1 |
      CHAN_START    | 2.0  |      | 2001 | Local/2001@queue-00000001;2 | 2.3  | 0.1 |
      CHAN_START    | 2.1  | 2001 | s    | PJSIP/ann-00000004          | 2.4  | 0.1 |
      ANSWER        | 6.0  | 2001 | 2001 | PJSIP/ann-00000004          | 2.4  | 0.1 |
      BRIDGE_ENTER  | 6.0  | 2001 |      | PJSIP/ann-00000004          | 2.4  | 0.1 | bridge_id=far bridge_technology=simple_bridge
      BRIDGE_ENTER  | 6.0  | 0207 | 2001 | Local/2001@queue-00000001;2 | 2.3  | 0.1 | bridge_id=far bridge_technology=simple_bridge
      BRIDGE_ENTER  | 6.0  | 2001 |      | Local/2001@queue-00000001;1 | 2.2  | 0.1 | bridge_id=near bridge_technology=simple_bridge
      BRIDGE_ENTER  | 6.0  | 0207 | 800  | PJSIP/trunk-00000001        | 0.1  | 0.1 | bridge_id=near bridge_technology=simple_bridge
      -- Ann sends the caller to 1005: Queue sees nothing of it
      BLINDTRANSFER | 20.0 | 2001 |      | PJSIP/ann-00000004          | 2.4  | 0.1 | bridge_id=far extension=1005 context=internal transferee_channel_uniqueid=2.3
      BRIDGE_EXIT   | 20.0 | 2001 |      | PJSIP/ann-00000004          | 2.4  | 0.1 | bridge_id=far bridge_technology=simple_bridge
      HANGUP        | 20.0 | 2001 |      | PJSIP/ann-00000004          | 2.4  | 0.1 | hangupcause=16
      CHAN_END      | 20.0 | 2001 |      | PJSIP/ann-00000004          | 2.4  | 0.1 |
      BRIDGE_EXIT   | 20.0 | 0207 | 1005 | Local/2001@queue-00000001;2 | 2.3  | 0.1 | bridge_id=far bridge_technology=simple_bridge
      CHAN_START    | 20.2 | 1005 | s    | PJSIP/eve-00000005          | 20.5 | 0.1 |
      ANSWER        | 22.0 | 1005 | 1005 | PJSIP/eve-00000005          | 20.5 | 0.1 |
      BRIDGE_ENTER  | 22.0 | 1005 |      | PJSIP/eve-00000005          | 20.5 | 0.1 | bridge_id=far2 bridge_technology=simple_bridge
      BRIDGE_ENTER  | 22.0 | 0207 | 1005 | Local/2001@queue-00000001;2 | 2.3  | 0.1 | bridge_id=far2 bridge_technology=simple_bridge
      HANGUP        | 60.0 | 0207 | 800  | PJSIP/trunk-00000001        | 0.1  | 0.1 | hangupcause=16 hangupsource=PJSIP/trunk-00000001
      CHAN_END      | 60.0 | 0207 | 800  | PJSIP/trunk-00000001        | 0.1  | 0.1 |
      HANGUP        | 60.0 | 2001 |      | Local/2001@queue-00000001;1 | 2.2  | 0.1 | hangupcause=16
      CHAN_END      | 60.0 | 2001 |      | Local/2001@queue-00000001;1 | 2.2  | 0.1 |
      HANGUP        | 60.0 | 0207 | 1005 | Local/2001@queue-00000001;2 | 2.3  | 0.1 | hangupcause=16
      CHAN_END      | 60.0 | 0207 | 1005 | Local/2001@queue-00000001;2 | 2.3  | 0.1 |
      HANGUP        | 60.1 | 1005 |      | PJSIP/eve-00000005          | 20.5 | 0.1 | hangupcause=16
      CHAN_END      | 60.1 | 1005 |      | PJSIP/eve-00000005          | 20.5 | 0.1 |
      LINKEDID_END  | 60.1 | 1005 |      | PJSIP/eve-00000005          | 20.5 | 0.1 |`),
    canonical(
      `
      0.1  queue.entered   ${channel('0.1')} anchor=0.000001
      6.0  queue.connected ${channel('0.1')} anchor=0.000001 agent=7001 agent_leg=${channel('2.2')}
      60.0 queue.completed ${channel('0.1')} anchor=0.000001 agent=7001 by=caller connect_ms=54000`,
      queue,
    ),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    // 6 to 20 with the agent, 22 to 60 with the next.
    connect_ms: 52_000,
    answered_by_kind: 'agent',
    answered_by_id: '7001',
    last_answered_by_id: '1005',
    ended_by: 'caller',
    transfers: [{ kind: 'blind', by_leg_id: channel('2.4'), to: '1005', completed: true }],
    queue_visits: [
      { agent_leg_id: channel('2.4'), outcome: 'answered', wait_ms: 5900, connect_ms: 14_000, ended_at: at(20) },
    ],
    legs: [{ role: 'caller' }, { role: 'agent', connect_ms: 14_000 }, { role: 'callee', connect_ms: 38_000 }],
  });
});
