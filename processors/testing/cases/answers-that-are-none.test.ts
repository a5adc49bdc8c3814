import { test } from 'node:test';
import { at } from '../event-table.ts';
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
