import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventsOf, only, rejectionOf, source } from '../testing/sources.ts';
import { kamailioRecords, normaliseKamailio } from './normalise-kamailio.ts';

const given = source({ askedSwitchId: 'edge' });
const row = { method: 'INVITE', callid: 'c1@phone', from_tag: 'f', time: '2026-03-04 10:00:00', src_user: '1001' };
const read = (fields: Record<string, unknown>) => eventsOf(normaliseKamailio(fields, given));
const types = (fields: Record<string, unknown>): string[] => read(fields).map(({ type }) => type);
const startUs = 1_772_618_400_000_000;

test('rows of acc by method and reply', () => {
  const answered = ['leg.created', 'leg.answered', 'leg.answered', 'leg.bridged'];
  assert.deepEqual(types({ ...row, sip_code: '200' }), answered);
  assert.deepEqual(types({ ...row, sip_code: '486' }), ['leg.created', 'leg.ended', 'leg.ended']);
  assert.deepEqual(types({ ...row, method: 'BYE', sip_code: '200' }), ['leg.ended', 'leg.ended']);
  assert.deepEqual(types({ ...row, method: 'CANCEL' }), ['leg.ended', 'leg.ended']);
  assert.deepEqual(types({ ...row, method: 'REFER', refer_to: 'sip:1003@x' }), ['leg.transferred']);
  assert.deepEqual(types({ ...row, method: 'OPTIONS' }), []);
  const [first] = read({ ...row, callid: 'c1@phone_pbx-1', sip_code: '200' });
  assert.deepEqual([first?.call_key, first?.leg_id], ['edge/c1@phone', 'edge/c1@phone/a']);
  assert.deepEqual([first?.occurred_at, first?.occurred_precision], [startUs, 's']);
});

test('times: seconds with ms behind the dot, dates in UTC or with their offset', () => {
  const at = (more: object): unknown => read({ ...row, sip_code: '200', ...more })[0]?.occurred_at;
  assert.equal(at({ time_hires: '1772618400.250' }), startUs + 250_000);
  assert.equal(at({ time: '2026-03-04 11:00:00+01:00' }), startUs);
});

test('CDRs and events tell the whole call', () => {
  const cdr = { callid: 'c1', start_time: '1772618400.100', duration: '3.5', from_uri: 'sip:1001@x' };
  const ends = read(cdr).filter(({ type }) => type === 'leg.ended');
  assert.deepEqual(
    ends.map(({ occurred_at }) => occurred_at),
    [startUs + 3_600_000, startUs + 3_600_000],
  );
  const cgr = { event: 'CGR_CALL_END', callid: 'c1', cgr_answertime: '1772618400', cgr_duration: '3', cgr_pdd: '4' };
  assert.equal(only(read(cgr), 'leg.created').occurred_at, startUs - 4_000_000);
  assert.deepEqual(types({ ...row, event: 'dialog:end' }), ['leg.ended', 'leg.ended']);
});

test('what cannot be used is told by field; none makes it throw', () => {
  const rejected = (fields: Record<string, unknown>, from = given): unknown[] => {
    const { code, field } = rejectionOf(normaliseKamailio(fields, from));
    return [code, field];
  };
  assert.deepEqual(rejected({}), ['MISSING_FIELD', 'method']);
  assert.deepEqual(rejected({ ...row, callid: '' }), ['MISSING_FIELD', 'callid']);
  assert.deepEqual(rejected({ ...row, time: '' }), ['MISSING_FIELD', 'time']);
  assert.deepEqual(rejected({ ...row, time: 'now' }), ['TIME_OUT_OF_RANGE', 'time']);
  assert.deepEqual(rejected(row, source()), ['SWITCH_UNKNOWN', 'hostname']);
  const values = fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue(), fc.constantFrom('200', '486', '1772618400'));
  const names = ['callid', 'time', 'sip_code', 'duration', 'cgr_answertime', 'cgr_duration', 'from_uri', 'start_time'];
  fc.assert(
    fc.property(
      fc.constantFrom(...kamailioRecords.keys()),
      fc.dictionary(fc.constantFrom(...names), values),
      (event, more) => {
        normaliseKamailio({ ...row, ...more, event }, given);
      },
    ),
    { numRuns: 500 },
  );
});
