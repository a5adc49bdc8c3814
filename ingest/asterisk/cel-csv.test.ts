import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { source } from '../testing/sources.ts';
import { celCsv } from './cel-csv.ts';
import { normaliseCel } from './normalise-cel.ts';

const row = (type: string, time: string, extra = ''): string =>
  `"${type}","${time}","Ann ""Sales"" Lee, Ltd","+442079460123","","","1002","1002","from-trunk","PJSIP/trunk-00000001","","","DOCUMENTATION","","1750000000.7","1750000000.7","","","","${extra}"`;

const split = (text: string) => celCsv.split(Buffer.from(text));

test('the sample mapping needs no line of names', () => {
  const [start, end] = split(
    `${row('CHAN_START', '1750000000.250000')}\r\n${row('HANGUP', '1750000009.5', '{""hangupcause"":17}')}\n`,
  );
  assert.ok(start !== undefined && 'value' in start && end !== undefined && 'value' in end);
  assert.partialDeepStrictEqual(start.value, {
    eventtype: 'CHAN_START',
    cid_name: 'Ann "Sales" Lee, Ltd',
    cid_num: '+442079460123',
    exten: '1002',
    channame: 'PJSIP/trunk-00000001',
    linkedid: '1750000000.7',
  });
  const created = normaliseCel(start.value as Record<string, unknown>, source({ askedSwitchId: 'pbx-1' }));
  const ended = normaliseCel(end.value as Record<string, unknown>, source({ askedSwitchId: 'pbx-1' }));
  assert.ok('events' in created && 'events' in ended);
  assert.equal(created.events[0]?.type, 'leg.created');
  assert.equal(created.events[0]?.occurred_at, 1_750_000_000_250_000);
  assert.partialDeepStrictEqual(ended.events[0], { type: 'leg.ended', payload: { cause_q850: 17 } });
});

test('rows of another order are read by the names of their columns, each with its names when it is kept', () => {
  const names = 'linkedid,EventType,uniqueid,eventtime';
  const body = Buffer.from(`${names}\n1750000000.7,ANSWER,1750000000.7,1750000001.5\n`);
  const [record, ...others] = celCsv.split(body);
  assert.deepEqual(others, []);
  assert.ok(record !== undefined && 'value' in record);
  assert.deepEqual(record.value, {
    linkedid: '1750000000.7',
    eventtype: 'ANSWER',
    uniqueid: '1750000000.7',
    eventtime: '1750000001.5',
  });
  const kept = Buffer.concat([Buffer.from(celCsv.head?.(body) ?? ''), body.subarray(record.start, record.end)]);
  assert.deepEqual(
    celCsv.split(kept).map((again) => 'value' in again && again.value),
    [record.value],
  );
});

test('a broken line costs itself only', () => {
  const records = split(
    `${row('CHAN_START', '1750000000.2')}\n"ANSWER","17500\njust words\n${row('CHAN_END', '1750000009.5')}`,
  );
  assert.deepEqual(
    records.map((record) => ('value' in record ? 'read' : record.rejection.code)),
    ['read', 'MALFORMED_LINE', 'MALFORMED_LINE', 'read'],
  );
});

test('whatever bytes come, every line is a record or is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const body = Buffer.from(bytes);
      for (const { start, end } of celCsv.split(body)) assert.ok(start >= 0 && start < end && end <= body.length);
    }),
  );
});
