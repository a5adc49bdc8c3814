import { test } from 'node:test';
import { at } from '../event-table.ts';
import { canonical } from './canonical.ts';
import { cel, channel } from './cel-rows.ts';
import { freeswitch } from './freeswitch-events.ts';
import { queueLog } from './queue-log-lines.ts';
import { told } from './told.ts';

/** A caller comes in and enters the queue support. */
const entered = `
  0.0  CHANNEL_CREATE   a inbound sofia/external/+442079460123@carrier +442079460123>800
  0.2  CHANNEL_ANSWER   a
  1.0  callcenter::info a member-queue-start queue=support visit=v1`;

test('case 26: an agent lets it ring and is offered the caller again', async () => {
  await told(
    freeswitch(`${entered}
      2.0  callcenter::info        a agent-offering agent=ann
      2.0  CHANNEL_CREATE          b1 outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=a
      2.3  CHANNEL_PROGRESS        b1
      12.0 CHANNEL_HANGUP_COMPLETE b1 NO_ANSWER sip=480
      12.0 callcenter::info        a bridge-agent-fail agent=ann cause=NO_ANSWER
      15.0 callcenter::info        a agent-offering agent=ann
      15.0 CHANNEL_CREATE          b2 outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=a
      15.3 CHANNEL_PROGRESS        b2
      19.0 CHANNEL_ANSWER          b2
      19.0 callcenter::info        a bridge-agent-start agent=ann agent_leg=b2
      19.1 CHANNEL_BRIDGE          a b2
      49.1 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      49.1 CHANNEL_HANGUP_COMPLETE b2 NORMAL_CLEARING by=send_bye
      49.2 callcenter::info        a bridge-agent-end agent=ann agent_leg=b2
      49.2 callcenter::info        a member-queue-end cause=Terminated`),
  ).gives({
    disposition: 'answered',
    answered_by_kind: 'agent',
    answered_by_id: 'ann',
    wait_ms: 18_000,
    connect_ms: 30_000,
    quality: [],
    queue_visits: [
      {
        visit_id: 'v1',
        outcome: 'answered',
        entered_at: at(1),
        connected_at: at(19),
        wait_ms: 18_000,
        agent_leg_id: 'b2',
        offers: [
          { agent_id: 'ann', at: at(2), outcome: 'no_answer', ring_ms: 10_000 },
          { agent_id: 'ann', at: at(15), outcome: 'answered', ring_ms: 4000 },
        ],
      },
    ],
  });
});

test('case 27: one queue times out and sends the caller on to another', async () => {
  await told(
    freeswitch(`${entered}
      31.0 callcenter::info        a member-queue-end visit=v1 cause=Cancel reason=TIMEOUT
      33.0 callcenter::info        a member-queue-start queue=sales visit=v2
      34.0 callcenter::info        a agent-offering visit=v2 agent=bob
      34.0 CHANNEL_CREATE          b outbound sofia/internal/2002@10.0.0.8 +442079460123>2002 of=a
      38.0 CHANNEL_ANSWER          b
      38.0 callcenter::info        a bridge-agent-start visit=v2 agent=bob agent_leg=b
      38.1 CHANNEL_BRIDGE          a b
      58.1 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=recv_bye
      58.1 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=send_bye
      58.2 callcenter::info        a bridge-agent-end visit=v2 agent=bob agent_leg=b`),
  ).gives({
    disposition: 'answered',
    wait_ms: 35_000,
    queue_visits: [
      { visit_id: 'v1', queue_id: 'support', outcome: 'timeout', wait_ms: 30_000, left_at: at(31), connect_ms: 0 },
      { visit_id: 'v2', queue_id: 'sales', outcome: 'answered', wait_ms: 5000, connect_ms: 20_000 },
    ],
    overflows: [{ from_visit_id: 'v1', to_visit_id: 'v2' }],
  });
});

test('case 28: one call enters one queue twice', async () => {
  await told(
    freeswitch(`${entered}
      11.0 callcenter::info        a member-queue-end visit=v1 cause=Cancel reason=EXIT_WITH_KEY
      14.0 callcenter::info        a member-queue-start queue=support visit=v1
      19.0 callcenter::info        a agent-offering visit=v1 agent=ann
      19.0 CHANNEL_CREATE          b outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=a
      21.0 CHANNEL_ANSWER          b
      21.0 callcenter::info        a bridge-agent-start visit=v1 agent=ann agent_leg=b
      21.1 CHANNEL_BRIDGE          a b
      31.1 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      31.1 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye
      31.2 callcenter::info        a bridge-agent-end visit=v1 agent=ann agent_leg=b`),
  ).gives({
    disposition: 'answered',
    wait_ms: 17_000,
    queue_visits: [
      { visit_id: 'v1', outcome: 'exit_key', entered_at: at(1), wait_ms: 10_000, offers: [] },
      { visit_id: 'v1#2', outcome: 'answered', entered_at: at(14), wait_ms: 7000, connect_ms: 10_000 },
    ],
    // The same queue again is no overflow.
    overflows: [],
  });
});

test('case 29: the caller gives up while the agent hears the announcement', async () => {
  await told(
    freeswitch(`${entered}
      2.0  callcenter::info        a agent-offering agent=ann
      2.0  CHANNEL_CREATE          b outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=a
      2.3  CHANNEL_PROGRESS        b
      8.0  CHANNEL_ANSWER          b
      8.0  callcenter::info        a bridge-agent-start agent=ann agent_leg=b
      10.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      10.1 callcenter::info        a member-queue-end cause=Cancel reason=NONE
      10.1 callcenter::info        a bridge-agent-fail agent=ann cause=ORIGINATOR_CANCEL
      10.2 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING`),
  ).gives({
    disposition: 'abandoned',
    answered_at: null,
    connect_ms: 0,
    ended_by: 'caller',
    queue_visits: [
      {
        outcome: 'abandoned',
        connected_at: null,
        connect_ms: 0,
        offers: [{ agent_id: 'ann', outcome: 'caller_left' }],
      },
    ],
  });
});

test('case 30: the caller leaves the queue with a key', async () => {
  await told(
    freeswitch(`${entered}
      21.0 callcenter::info         a member-queue-end cause=Cancel reason=EXIT_WITH_KEY
      21.1 CHANNEL_EXECUTE          a voicemail default%20acme%20800
      40.0 CHANNEL_HANGUP_COMPLETE  a NORMAL_CLEARING by=recv_bye`),
  ).gives({
    disposition: 'voicemail',
    queue_visits: [{ outcome: 'exit_key', wait_ms: 20_000, left_at: at(21) }],
  });
});

test('case 31: a queue that is full, closed or empty makes no visit', async () => {
  await told(
    cel(`
      eventtype    | eventtime | uniqueid | linkedid | channame             | cid_num       | exten | extra
      CHAN_START   | 0.1       | 0.1      | 0.1      | PJSIP/trunk-00000001 | +442079460123 | 800   |
      ANSWER       | 0.2       | 0.1      | 0.1      | PJSIP/trunk-00000001 | +442079460123 | 800   |
      HANGUP       | 5.0       | 0.1      | 0.1      | PJSIP/trunk-00000001 | +442079460123 | 800   | hangupcause=16
      LINKEDID_END | 5.0       | 0.1      | 0.1      | PJSIP/trunk-00000001 | +442079460123 | 800   |`),
    queueLog(`
      1|0.1|support|NONE|FULL
      2|0.1|sales|NONE|CLOSED
      3|0.1|night|NONE|JOINEMPTY`),
  ).gives({
    disposition: 'cancelled',
    wait_ms: 0,
    queue_visits: [],
    queue_refusals: [
      { queue_id: 'support', reason: 'full', at: at(1), leg_id: channel('0.1') },
      { queue_id: 'sales', reason: 'closed', at: at(2) },
      { queue_id: 'night', reason: 'no_agents', at: at(3) },
    ],
  });
});

test('case 32: the caller asks to be called back, and is', async () => {
  await told(
    canonical(`
      0.0   leg.created     a anchor=0 dir=in kind=trunk from=+442079460123 to=800
      0.2   leg.answered    a anchor=0
      1.0   queue.entered   a anchor=0
      61.0  queue.left      a anchor=0 outcome=callback_accepted
      62.0  leg.ended       a anchor=0 q850=16`),
    canonical(
      `
      600.0 leg.created      c anchor=600 dir=out kind=user to=2001
      600.0 call.called_back c anchor=600 of=a visit=v1
      600.1 queue.entered    c anchor=600 visit=v9 origin=callback
      603.0 leg.answered     c anchor=600
      603.1 leg.created      d anchor=600 dir=out kind=trunk to=+442079460123
      609.0 leg.answered     d anchor=600
      609.0 queue.connected  c anchor=600 visit=v9 agent=ann agent_leg=c
      609.0 leg.bridged      c anchor=600 with=d
      639.0 leg.ended        d anchor=600 q850=16 by=far
      639.0 leg.ended        c anchor=600 q850=16
      639.0 queue.completed  c anchor=600 visit=v9 agent=ann by=caller`,
      { call: 'c' },
    ),
  ).givesEach([
    {
      call_key: 'a',
      callback_of_call_key: '',
      disposition: 'cancelled',
      queue_visits: [{ outcome: 'callback_accepted', wait_ms: 60_000 }],
    },
    {
      call_key: 'c',
      callback_of_call_key: 'a',
      callback_of_visit_id: 'v1',
      disposition: 'answered',
      direction: 'outbound',
      queue_visits: [{ outcome: 'answered', origin: 'callback', connect_ms: 30_000 }],
    },
  ]);
});

test('case 33: a call-back reaches its agent and not the customer', async () => {
  await told(
    canonical(
      `
      0.0  leg.created      c anchor=0 dir=out kind=user to=2001
      0.0  call.called_back c anchor=0 of=earlier visit=v1
      0.1  queue.entered    c anchor=0 visit=v9 origin=callback
      0.2  queue.offered    c anchor=0 visit=v9 attempt=1 agent=ann agent_leg=c
      3.0  leg.answered     c anchor=0
      3.0  queue.connected  c anchor=0 visit=v9 agent=ann agent_leg=c
      3.1  leg.created      d anchor=0 dir=out kind=trunk to=+442079460123
      4.0  leg.progress     d anchor=0
      33.0 leg.ended        d anchor=0 sip=480
      33.2 leg.ended        c anchor=0 q850=16
      33.2 queue.left       c anchor=0 visit=v9 outcome=failed`,
      { call: 'c' },
    ),
  ).gives({
    disposition: 'no_answer',
    direction: 'outbound',
    answered_at: null,
    connect_ms: 0,
    caller_number: '2001',
    callee_number: '+442079460123',
    queue_visits: [{ outcome: 'failed', agent_id: 'ann', agent_leg_id: 'c', connect_ms: 0 }],
    // What it cost the agent is in the agent's leg.
    legs: [
      { leg_id: 'c', bill_ms: 30_200 },
      { leg_id: 'd', sip_code: 480 },
    ],
  });
});

test('case 34: a caller who had given up comes back in time and is put where they were', async () => {
  await told(
    freeswitch(`${entered}
      11.0 callcenter::info        a member-queue-end cause=Cancel reason=BREAK_OUT
      11.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      40.0 CHANNEL_CREATE          n inbound sofia/external/+442079460123@carrier +442079460123>800
      40.2 CHANNEL_ANSWER          n
      41.0 callcenter::info        n member-queue-resume visit=v1 CC-Member-Session-UUID=n
      46.0 callcenter::info        n agent-offering visit=v1 agent=ann CC-Member-Session-UUID=n
      46.0 CHANNEL_CREATE          b outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=n
      50.0 CHANNEL_ANSWER          b
      50.0 callcenter::info        n bridge-agent-start visit=v1 agent=ann agent_leg=b CC-Member-Session-UUID=n
      50.1 CHANNEL_BRIDGE          n b
      60.1 CHANNEL_HANGUP_COMPLETE n NORMAL_CLEARING by=recv_bye
      60.1 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye
      60.2 callcenter::info        n bridge-agent-end visit=v1 agent=ann agent_leg=b CC-Member-Session-UUID=n`),
  ).givesEach([
    { call_key: 'a', disposition: 'abandoned', queue_visits: [{ outcome: 'abandoned', wait_ms: 10_000 }] },
    {
      call_key: 'n',
      disposition: 'answered',
      queue_visits: [{ outcome: 'answered', entered_at: at(41), wait_ms: 9000, connect_ms: 10_000 }],
    },
  ]);
});

test('case 35: the offer is told before the entry, the connection too', async () => {
  await told(
    freeswitch(`
      0.0  CHANNEL_CREATE          a inbound sofia/external/+442079460123@carrier +442079460123>800
      0.2  CHANNEL_ANSWER          a
      0.9  callcenter::info        a agent-offering agent=ann visit=v1
      1.0  CHANNEL_CREATE          b outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=a
      1.1  CHANNEL_ANSWER          b
      1.1  callcenter::info        a bridge-agent-start agent=ann agent_leg=b visit=v1
      1.2  callcenter::info        a member-queue-start queue=support visit=v1
      1.3  CHANNEL_BRIDGE          a b
      11.3 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      11.3 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye
      11.4 callcenter::info        a bridge-agent-end agent=ann agent_leg=b visit=v1`),
  ).gives({
    disposition: 'answered',
    queue_visits: [
      {
        visit_id: 'v1',
        queue_id: 'support',
        outcome: 'answered',
        entered_at: at(1.2),
        wait_ms: 0,
        connect_ms: 10_000,
        offers: [{ outcome: 'answered' }],
      },
    ],
  });
});

test('case 36: what a queue forgot to tell is inferred from the bridge, and said to be', async () => {
  // No bridge-agent-start and no bridge-agent-end.
  await told(
    freeswitch(`${entered}
      2.0  callcenter::info        a agent-offering agent=ann
      2.0  CHANNEL_CREATE          b outbound sofia/internal/2001@10.0.0.7 +442079460123>2001 of=a
      6.0  CHANNEL_ANSWER          b
      6.0  CHANNEL_BRIDGE          a b
      16.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye
      16.0 CHANNEL_HANGUP_COMPLETE b NORMAL_CLEARING by=send_bye`),
  ).gives({
    quality: ['gap'],
    disposition: 'answered',
    wait_ms: 5000,
    queue_visits: [{ outcome: 'answered', connected_at: at(6), wait_ms: 5000, connect_ms: 10_000, ended_at: at(16) }],
  });
  // A bridge-agent-start, and nothing that could have been the conversation.
  await told(
    freeswitch(`${entered}
      0.5  CHANNEL_BRIDGE          a ivr
      0.9  CHANNEL_UNBRIDGE        a ivr
      6.0  callcenter::info        a bridge-agent-start agent=ann agent_leg=b
      16.0 CHANNEL_HANGUP_COMPLETE a NORMAL_CLEARING by=recv_bye`),
  ).gives({ quality: ['gap'], queue_visits: [{ outcome: 'failed', connect_ms: 0 }] });
  // The line CONNECT was lost, and no bridge is told: the end says how long the two talked.
  await told(
    queueLog(`
      4|0.1|support|NONE|ENTERQUEUE||5550100|1
      30|0.1|support|Ann|COMPLETECALLER|6|20|1`),
  ).gives({
    quality: ['gap'],
    queue_visits: [{ outcome: 'answered', agent_id: 'Ann', connected_at: at(10), wait_ms: 6000, connect_ms: 20_000 }],
  });
});
