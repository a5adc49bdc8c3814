import { test } from 'node:test';
import { dialects } from '../../../ingest/dialects.ts';
import {
  agent,
  caller,
  type Fields,
  managerCall,
  managerEvent,
  ofAgent,
  ofCaller,
  startS,
} from '../../../ingest/testing/manager-call.ts';
import type { NativeRecord } from './native-records.ts';
import { told } from './told.ts';

const records = (events: readonly Fields[]): NativeRecord[] =>
  events.map((value) => ({ dialect: dialects.asteriskAmi, value }));

const legOf = (id: string): string => `pbx1/${id}`;

test('a call through a queue, with the switch’s times', async () => {
  await told(records(managerCall())).gives({
    disposition: 'answered',
    started_at: startS * 1e6 + 250_000,
    duration_ms: 19_810,
    wait_ms: 6040,
    talk_ms: 10_000,
    ended_by: 'caller',
    cause_q850: 16,
    answered_by_kind: 'agent',
    answered_by_id: 'Grace',
    quality: [],
    legs: [
      { leg_id: legOf(caller), role: 'caller' },
      { leg_id: legOf(agent), role: 'agent' },
    ],
    queue_visits: [{ queue_id: 'support', outcome: 'answered', wait_ms: 6040, ring_ms: 6000, connect_ms: 10_000 }],
  });
});

test('the same without times: by ids, numbers and the spans that the queue tells', async () => {
  await told(records(managerCall(false))).gives({
    disposition: 'answered',
    started_at: startS * 1e6 + 31,
    wait_ms: 6000,
    talk_ms: 10_000,
    duration_ms: 20_000,
    ended_by: 'caller',
    cause_q850: 16,
    answered_by_id: 'Grace',
    quality: [],
    queue_visits: [
      {
        outcome: 'answered',
        wait_ms: 6000,
        ring_ms: 6000,
        connect_ms: 10_000,
        hold_ms: 0,
        ended_by: 'caller',
        offers: [{ agent_id: 'Grace', outcome: 'answered' }],
      },
    ],
  });
});

test('given up in the queue, without times', async () => {
  const joined = managerCall(false).slice(0, 12);
  const left = [
    managerEvent('HangupRequest', null, ofCaller('6')),
    managerEvent('QueueCallerAbandon', null, ofCaller('6'), { Queue: 'support', Position: '1', HoldTime: '25' }),
    managerEvent('QueueCallerLeave', null, ofCaller('6'), { Queue: 'support', Position: '1' }),
    managerEvent('Hangup', null, ofCaller('6'), { Cause: '16' }),
    managerEvent('Hangup', null, ofAgent('5'), { Cause: '0' }),
  ];
  await told(records([...joined, ...left])).gives({
    disposition: 'abandoned',
    wait_ms: 25_000,
    duration_ms: 25_000,
    ended_by: 'caller',
    queue_visits: [{ outcome: 'abandoned', wait_ms: 25_000 }],
  });
});
