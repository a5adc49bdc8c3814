import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallRow } from '../../../schemas/call-row.ts';
import { dialects } from '../../../ingest/dialects.ts';
import { at } from '../event-table.ts';
import { type Said, saidOf } from '../given.ts';
import { acc } from './kamailio-rows.ts';
import type { NativeRecord } from './native-records.ts';
import { callsOf } from './told.ts';

/** Who comes first decides the call's anchor, and with it the id and whether times agree with it: all else is the same in either order. */
const told = (records: readonly NativeRecord[]) => ({
  gives: async (expected: Said<CallRow>): Promise<void> => {
    for (const order of [records, records.toReversed(), [...records, ...records]])
      assert.deepEqual(saidOf((await callsOf(order)).map(withoutAnomaly), [expected]), [expected]);
  },
});

const withoutAnomaly = (row: CallRow): CallRow => ({
  ...row,
  quality: row.quality.filter((flag) => flag !== 'clock_anomaly'),
});

type Fields = Readonly<Record<string, string>>;

const callback = (seconds: number, CallStatus: string, more: Fields = {}): NativeRecord => ({
  dialect: dialects.hosted,
  value: {
    CallSid: 'CA1',
    AccountSid: 'AC1',
    CallStatus,
    Timestamp: new Date(at(seconds) / 1000).toUTCString(),
    Direction: 'inbound',
    From: '+15550100',
    To: '+15550199',
    ...more,
  },
});

const child: Fields = { CallSid: 'CA2', ParentCallSid: 'CA1', Direction: 'outbound-dial', To: 'client:grace' };

test('a proxy’s accepted call: talk from the 200 to the BYE', async () => {
  await told([acc('INVITE', 4, { sip_code: '200' }), acc('BYE', 24, { sip_code: '200' })]).gives({
    state: 'ended',
    disposition: 'answered',
    talk_ms: 20_000,
    caller_number: '1001',
    callee_number: '1002',
    sip_call_ids: ['c1@phone'],
  });
});

test('a proxy’s Call-ID that is used again: the first call is told, and that there was another', async () => {
  const first = [
    acc('INVITE', 4, { sip_code: '200', from_tag: 'f1' }),
    acc('BYE', 24, { from_tag: 't1', to_tag: 'f1' }),
  ];
  const answered = { disposition: 'answered', talk_ms: 20_000, started_at: at(4), ended_at: at(24) } as const;
  const again = acc('INVITE', 60, { sip_code: '200', from_tag: 'f2', dst_ouser: '1003' });
  const flagged = { ...answered, callee_number: '1002', quality: ['id_reused'] } as const;
  await told([...first, again]).gives({ ...flagged, events: 10 });
  await told([...first, again, acc('BYE', 90)]).gives({ ...flagged, events: 12 });
  await told([...first, acc('INVITE', 60, { sip_code: '486' })]).gives(flagged);
});

test('a proxy’s Call-ID that failed and is used again: within timer C it is another branch, then another call', async () => {
  const busy = (second: number): NativeRecord => acc('INVITE', second, { sip_code: '486' });
  await told([busy(2), busy(170), busy(340)]).gives({ disposition: 'busy', quality: [] });
  await told([busy(2), busy(183)]).gives({ disposition: 'busy', ended_at: at(2), quality: ['id_reused'] });
  await told([acc('INVITE', 2, { sip_code: '200' }), busy(3), busy(9)]).gives({ state: 'active', quality: [] });
});

test('a proxy’s forked call: accepted by one, refused by others before and after', async () => {
  await told([
    acc('INVITE', 2, { sip_code: '486', sip_reason: 'Busy Here' }),
    acc('INVITE', 4, { sip_code: '200' }),
    acc('INVITE', 4, { sip_code: '487' }),
    acc('BYE', 24, { sip_code: '200' }),
  ]).gives({ disposition: 'answered', talk_ms: 20_000 });
});

test('a proxy’s forked call that nobody accepted: the best final reply holds', async () => {
  const replies = (...codes: readonly string[]): NativeRecord[] =>
    codes.map((sip_code, index) => acc('INVITE', 2 + index, { sip_code }));
  await told(replies('408', '486', '480', '487')).gives({ disposition: 'busy', sip_code: 486 });
  await told(replies('480', '603', '486')).gives({ disposition: 'rejected', sip_code: 603 });
});

test('case 59 of a proxy: the 200 and the caller’s CANCEL cross, and a BYE follows', async () => {
  await told([
    acc('INVITE', 9, { sip_code: '200' }),
    acc('CANCEL', 9.001, { sip_code: '200' }),
    acc('BYE', 9.02, { sip_code: '200' }),
  ]).gives({ disposition: 'answered', answered_at: at(9), ended_by: 'caller' });
});

/** jambonz tells no time: when a hook was received is all there is. */
const hook = (receivedAt: number, call_status: string, more: Fields = {}): NativeRecord => ({
  dialect: dialects.hosted,
  receivedAt,
  value: { call_sid: 'b1', account_sid: 'a9', call_status, direction: 'inbound', from: '1001', to: '1002', ...more },
});

test('case 93 of a provider without times: “completed” is received before “in-progress”', async () => {
  const dialled = { call_sid: 'b2', parent_call_sid: 'b1', direction: 'outbound' };
  const hooks = [
    hook(0, 'ringing'),
    hook(1, 'in-progress'),
    hook(2, 'ringing', dialled),
    hook(30, 'completed', { ...dialled, duration: '20' }),
    hook(30.4, 'in-progress', dialled),
    hook(31, 'completed', { duration: '29' }),
  ];
  const [row] = await callsOf(hooks);
  assert.partialDeepStrictEqual(row, { state: 'ended', disposition: 'answered' });
  assert.equal(row?.legs.length, 2);
});

test('a hosted call whose call-backs come in any order, repeated', async () => {
  await told([
    callback(0, 'ringing'),
    callback(1, 'in-progress'),
    callback(2, 'initiated', child),
    callback(3, 'ringing', child),
    callback(9, 'in-progress', { ...child, AnsweredBy: 'human' }),
    callback(29, 'completed', { ...child, CallDuration: '20' }),
    callback(30, 'completed', { CallDuration: '29' }),
  ]).gives({
    state: 'ended',
    disposition: 'answered',
    talk_ms: 20_000,
    caller_number: '+15550100',
    callee_number: 'grace',
    answered_by_amd: 'human',
    legs: [
      { leg_id: 'CA1', role: 'caller' },
      { leg_id: 'CA2', role: 'callee' },
    ],
  });
});

test('a hosted call that nobody took', async () => {
  await told([
    callback(0, 'ringing'),
    callback(2, 'initiated', child),
    callback(3, 'ringing', child),
    callback(23, 'no-answer', child),
    callback(24, 'completed', { CallDuration: '0' }),
  ]).gives({ disposition: 'no_answer', answered_at: null, talk_ms: 0 });
});
