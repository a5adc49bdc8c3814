import { test } from 'node:test';
import { at } from '../event-table.ts';
import { cel, channel } from './cel-rows.ts';
import { queueLog } from './queue-log-lines.ts';
import { told } from './told.ts';

test('ring-all: who rang to the moment of the answer lost, who stopped before did not answer', async () => {
  await told(
    queueLog(`
      4|0.1|support|NONE|ENTERQUEUE||5550100|1
      4|0.1|support|Ann|RINGNOANSWER|0
      9|0.1|support|Bob|RINGNOANSWER|4000
      10|0.1|support|Cid|RINGNOANSWER|6000
      10|0.1|support|Dan|CONNECT|6|@4.2|6
      30|0.1|support|Dan|COMPLETECALLER|6|20|1`),
  ).gives({
    state: 'ended',
    disposition: 'answered',
    started_at: at(0) + 1,
    answered_at: at(10),
    ended_at: at(30),
    wait_ms: 6000,
    talk_ms: 20_000,
    ended_by: 'caller',
    answered_by_kind: 'agent',
    answered_by_id: 'Dan',
    queue_visits: [
      {
        outcome: 'answered',
        entered_at: at(4),
        connected_at: at(10),
        ended_at: at(30),
        ring_ms: 6000,
        connect_ms: 20_000,
        hold_ms: null,
        offers: [
          { agent_id: 'Ann', outcome: 'no_answer', ring_ms: 0, at: at(4) },
          { agent_id: 'Bob', outcome: 'no_answer', ring_ms: 4000, at: at(5) },
          { agent_id: 'Cid', outcome: 'lost_race', ring_ms: 6000, at: at(4) },
          { agent_id: 'Dan', outcome: 'answered', ring_ms: 6000, at: at(4) },
        ],
      },
    ],
  });
});

test('a caller who times out and enters the same queue again within a second made two visits', async () => {
  await told(
    queueLog(`
      4|0.1|support|NONE|ENTERQUEUE||5550100|1
      34|0.1|support|NONE|EXITWITHTIMEOUT|1|1|30
      34|0.1|support|NONE|ENTERQUEUE||5550100|1
      40|0.1|support|Ann|RINGNOANSWER|5000
      50|0.1|support|NONE|ABANDON|1|1|16`),
  ).gives({
    disposition: 'abandoned',
    ended_by: 'caller',
    wait_ms: 46_000,
    queue_visits: [
      { outcome: 'timeout', wait_ms: 30_000, offers: [] },
      { outcome: 'abandoned', wait_ms: 16_000, offers: [{ agent_id: 'Ann' }] },
    ],
  });
});

test('entered and left within one second; out of one queue into another', async () => {
  await told(
    queueLog(`
      4|0.1|support|NONE|ENTERQUEUE||5550100|1
      4|0.1|support|NONE|EXITEMPTY|1|1|0
      4|0.1|sales|NONE|ENTERQUEUE||5550100|1
      9|0.1|sales|Bob|CONNECT|5|@5.2|4
      19|0.1|sales|Bob|BLINDTRANSFER|1003|internal|5|10|1`),
  ).gives({
    disposition: 'answered',
    queue_visits: [
      { queue_id: 'support', outcome: 'no_agents', wait_ms: 0 },
      { queue_id: 'sales', outcome: 'answered', wait_ms: 5000, connect_ms: 10_000, ended_by: 'transfer' },
    ],
  });
});

test('a caller who timed out went on to where no queue looks', async () => {
  await told(
    queueLog(`
      4|0.1|support|NONE|ENTERQUEUE||5550100|1
      34|0.1|support|NONE|EXITWITHTIMEOUT|1|1|30`),
  ).gives({ state: 'ended', disposition: 'unknown', queue_visits: [{ outcome: 'timeout' }] });
});

test('a caller still waits', async () => {
  await told(queueLog('4|0.1|support|NONE|ENTERQUEUE||5550100|1')).gives({
    state: 'active',
    queue_visits: [{ outcome: 'waiting' }],
  });
});

test('with rows of CEL the call is theirs, with the queue’s visits', async () => {
  await told(
    queueLog(`
      4|0.1|support|NONE|ENTERQUEUE||5550100|1
      10|0.1|support|Dan|CONNECT|6|@4.2|6
      30|0.1|support|Dan|COMPLETEAGENT|6|20|1`),
    cel(`
      eventtype    | eventtime | uniqueid | linkedid | channame          | cid_num | exten | extra
      CHAN_START   | 0.2       | 0.1      | 0.1      | PJSIP/trunk-1     | 5550100 | 800   |
      ANSWER       | 0.5       | 0.1      | 0.1      | PJSIP/trunk-1     | 5550100 | 800   |
      CHAN_START   | 4.2       | 4.2      | 0.1      | PJSIP/1002-2      | 1002    | s     |
      ANSWER       | 10.3      | 4.2      | 0.1      | PJSIP/1002-2      | 1002    | s     |
      BRIDGE_ENTER | 10.4      | 4.2      | 0.1      | PJSIP/1002-2      | 1002    | s     | bridge_id=b bridge_technology=simple_bridge
      BRIDGE_ENTER | 10.5      | 0.1      | 0.1      | PJSIP/trunk-1     | 5550100 | 800   | bridge_id=b bridge_technology=simple_bridge
      BRIDGE_EXIT  | 30.5      | 4.2      | 0.1      | PJSIP/1002-2      | 1002    | s     | bridge_id=b bridge_technology=simple_bridge
      HANGUP       | 30.6      | 4.2      | 0.1      | PJSIP/1002-2      | 1002    | s     | hangupcause=16 hangupsource=PJSIP/1002-2
      HANGUP       | 30.8      | 0.1      | 0.1      | PJSIP/trunk-1     | 5550100 | 800   | hangupcause=16 hangupsource=PJSIP/1002-2
      LINKEDID_END | 30.9      | 0.1      | 0.1      | PJSIP/trunk-1     |         |       |`),
  ).gives({
    disposition: 'answered',
    direction: 'inbound',
    started_at: at(0.2),
    answered_at: at(10.5),
    ended_at: at(30.8),
    caller_number: '5550100',
    talk_ms: 20_000,
    ended_by: 'agent',
    answered_by_id: 'Dan',
    legs: [
      { leg_id: channel('0.1'), role: 'caller' },
      { leg_id: channel('4.2'), role: 'agent' },
    ],
    queue_visits: [{ queue_id: 'support', outcome: 'answered', connect_ms: 20_000 }],
  });
});

test('a caller whose channel did not begin the call is joined to it by the row of Queue', async () => {
  await told(
    queueLog(`
      14|10.5|support|NONE|ENTERQUEUE||5550100|1
      20|10.5|support|NONE|ABANDON|1|1|6`),
    cel(`
      eventtype  | eventtime | uniqueid | linkedid | channame            | cid_num | exten | appname | extra
      CHAN_START | 0.2       | 0.1      | 0.1      | PJSIP/trunk-1       | 5550100 | 800   |         |
      CHAN_START | 10.2      | 10.5     | 0.1      | Local/600@queue-1;2 | 5550100 | 600   |         |
      APP_START  | 14        | 10.5     | 0.1      | Local/600@queue-1;2 | 5550100 | 600   | Queue   |
      CHAN_END   | 20.1      | 10.5     | 0.1      | Local/600@queue-1;2 | 5550100 | 600   |         |
      CHAN_END   | 20.2      | 0.1      | 0.1      | PJSIP/trunk-1       | 5550100 | 800   |         |`),
  ).gives({ disposition: 'abandoned', started_at: at(0.2), queue_visits: [{ outcome: 'abandoned', wait_ms: 6000 }] });
});
