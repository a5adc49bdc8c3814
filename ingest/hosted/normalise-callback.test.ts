import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsOf, nowUs, only, rejectionOf, source } from '../testing/sources.ts';
import { callbackForms, normaliseHostedCallback } from './normalise-callback.ts';

const given = source({ askedSwitchId: 'cloud' });
const call = { CallSid: 'CA1', AccountSid: 'AC1', Direction: 'inbound', From: '+15550100', To: '+15550199' };
const timed = { ...call, Timestamp: 'Wed, 04 Mar 2026 10:00:00 +0000', SequenceNumber: '3' };
const read = (fields: Record<string, unknown>) => eventsOf(normaliseHostedCallback(fields, given));
const types = (fields: Record<string, unknown>): string[] => read(fields).map(({ type }) => type);

test('each status is a fact of its leg, at the provider’s time', () => {
  const table = [
    ['queued', ['leg.created']],
    ['ringing', ['leg.created', 'leg.progress']],
    ['in-progress', ['leg.created', 'leg.answered']],
    ['completed', ['leg.created', 'leg.ended']],
    ['odd', []],
  ] as const;
  for (const [CallStatus, expected] of table) assert.deepEqual(types({ ...timed, CallStatus }), expected, CallStatus);
  const ended = only(read({ ...timed, CallStatus: 'completed', CallDuration: '20' }), 'leg.ended');
  assert.deepEqual(
    [ended.call_key, ended.leg_id, ended.native.seq, ended.occurred_at, ended.occurred_precision],
    ['CA1', 'CA1', 3, 1_772_618_400_000_000, 's'],
  );
  assert.equal(ended.payload.totals?.bill_ms, 20_000);
  const child = read({ ...timed, CallSid: 'CA2', ParentCallSid: 'CA1', CallStatus: 'in-progress' });
  assert.deepEqual(
    child.map(({ type, call_key, other_leg_id }) => [type, call_key, other_leg_id]),
    [
      ['leg.created', 'CA1', 'CA1'],
      ['leg.answered', 'CA1', 'CA1'],
      ['leg.bridged', 'CA1', 'CA1'],
    ],
  );
});

test('why it failed, who ended it, what answered', () => {
  const cause = (more: object): unknown[] => {
    const { cause_q850, sip_code, ended_by } = only(read({ ...timed, ...more }), 'leg.ended').payload;
    return [cause_q850, sip_code, ended_by];
  };
  assert.deepEqual(cause({ CallStatus: 'busy' }), [17, 486, 'unknown']);
  assert.deepEqual(cause({ CallStatus: 'failed', SipResponseCode: '404' }), [1, 404, 'unknown']);
  assert.deepEqual(cause({ CallStatus: 'completed', call_termination_by: 'caller' }), [16, null, 'far']);
  const amd = (AnsweredBy: string): unknown =>
    only(read({ ...timed, CallStatus: 'in-progress', AnsweredBy }), 'leg.answered').payload.amd;
  assert.deepEqual([amd('human'), amd('machine_end_beep'), amd('unknown')], ['human', 'machine', 'unknown']);
});

test('jambonz tells no time: the time of reception is taken', () => {
  const busy = { call_sid: 'j1', account_sid: 'a1', call_status: 'busy', sip_status: 486, direction: 'outbound' };
  const ended = only(read(busy), 'leg.ended');
  assert.deepEqual([ended.occurred_at, ended.occurred_precision], [nowUs, 'receipt']);
});

test('recordings and queues', () => {
  const recording = { ...timed, RecordingSid: 'RE1', RecordingDuration: '12', RecordingUrl: 'https://api.example/RE1' };
  assert.deepEqual(types({ ...recording, RecordingStatus: 'completed' }), ['recording.started', 'recording.stopped']);
  assert.equal(only(read({ ...recording, RecordingStatus: 'absent' }), 'recording.failed').payload.reason, 'absent');
  const queue = { ...timed, QueueSid: 'QU1', QueueTime: '5' };
  assert.deepEqual(types({ ...queue, QueuePosition: '1' }), ['queue.entered']);
  assert.deepEqual(types({ ...queue, DequeingCallSid: 'CA9' }), ['queue.connected']);
  assert.equal(only(read({ ...queue, QueueResult: 'hangup' }), 'queue.left').payload.outcome, 'abandoned');
  assert.deepEqual(types({ ...queue, QueueResult: 'queue-full' }), ['queue.refused']);
});

test('a form is the same as JSON; what cannot be used is told by field', () => {
  const fields = { ...timed, CallStatus: 'ringing' };
  const [form] = callbackForms.split(Buffer.from(new URLSearchParams(fields).toString()));
  assert.ok(form !== undefined && 'value' in form);
  assert.deepEqual(read(form.value as Record<string, unknown>), read(fields));
  const rejected = (more: object): unknown[] => {
    const { code, field } = rejectionOf(normaliseHostedCallback({ ...fields, ...more }, given));
    return [code, field];
  };
  assert.deepEqual(rejected({ CallSid: '' }), ['MISSING_FIELD', 'CallSid']);
  assert.deepEqual(rejected({ Timestamp: 'today' }), ['TIME_OUT_OF_RANGE', 'Timestamp']);
});

test('no call-back makes it throw', () => {
  const values = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constantFrom('completed', '5'));
  const names = [...Object.keys(timed), 'CallStatus', 'QueueSid', 'RecordingSid', 'RecordingStatus', 'QueuePosition'];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), values), (more) => {
      normaliseHostedCallback({ ...timed, ...more }, given);
    }),
    { numRuns: 500 },
  );
});
