import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialects } from './dialects.ts';
import { expectCalls, type ExpectedCalls } from './expected-calls.ts';

test('of a record without a time only its call is expected', () => {
  const expected: ExpectedCalls = new Map();
  const timed = { CallSid: 'CA1', AccountSid: 'AC1', CallStatus: 'ringing', Timestamp: '2025-06-02T09:10:00Z' };
  const untimed = { call_sid: 'b1', account_sid: 'a1', call_status: 'no-answer', sip_status: 480 };
  expectCalls(expected, dialects.hosted, [timed, untimed, null], undefined);
  assert.deepEqual(
    [...expected].map(([callKey, ids]) => [callKey, ids.size]),
    [
      ['CA1', 2],
      ['b1', 0],
    ],
  );
});
