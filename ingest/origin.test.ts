import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialects } from './dialects.ts';
import { originInText, originOf } from './origin.ts';

const { canonical, freeswitchEvents } = dialects;

test('where a record says whose it is, that is read though the rest is of no use', () => {
  const value = { switch_id: 'pbx-1', boot_id: 'b1', native: { seq: 17 }, type: 5 };
  assert.deepEqual(originOf(value, canonical.origin), { switchId: 'pbx-1', bootId: 'b1', seq: 17 });
  const headers = { 'FreeSWITCH-Hostname': 'fs-1', 'Core-UUID': 'c', 'Event-Sequence': '42' };
  assert.deepEqual(originOf(headers, freeswitchEvents.origin), { switchId: 'fs-1', bootId: 'c', seq: 42 });
  for (const odd of [null, 'text', [], { native: 7 }, { switch_id: {}, native: { seq: -1 } }, { native: { seq: 1.5 } }])
    assert.deepEqual(originOf(odd, canonical.origin), { switchId: '', bootId: '', seq: null }, JSON.stringify(odd));
});

test('and of bytes that cannot be parsed, what stands behind the names', () => {
  const broken = '{"switch_id": "pbx-1","boot_id":"b1","native":{"name":"x","seq": 17},"payload":{"';
  assert.deepEqual(originInText(Buffer.from(broken), canonical.origin), { switchId: 'pbx-1', bootId: 'b1', seq: 17 });
  const plain = 'Event-Name: X\nCore-UUID: c\nEvent-Sequence: 42\nFreeSWITCH-Switchname: fs-1\nno header here';
  assert.deepEqual(originInText(Buffer.from(plain), freeswitchEvents.origin), {
    switchId: 'fs-1',
    bootId: 'c',
    seq: 42,
  });
  assert.deepEqual(originInText(Buffer.from('{"my_boot_id":"b"'), canonical.origin), {
    switchId: '',
    bootId: '',
    seq: null,
  });
});
