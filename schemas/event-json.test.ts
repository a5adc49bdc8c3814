import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { eventFromJson, eventToJson, isoFromMicros, microsFromIso } from './event-json.ts';
import type { Event } from './events.ts';

const event: Event = {
  observed_at: 1_767_225_600_000_001,
  clock_offset_ms: null,
  event_id: '8f1c1a0e-4b7d-5c0f-9a3e-2d6b5a4c3f21',
  tenant_id: 'acme',
  switch_id: 'pbx-1',
  switch_kind: 'freeswitch',
  boot_id: 'boot',
  native: { name: 'CHANNEL_CREATE', id: 'leg-1', seq: 7 },
  call_key: 'call-1',
  call_started_at: 1_767_225_599_999_999,
  leg_id: 'leg-1',
  other_leg_id: null,
  occurred_at: 1_767_225_599_999_999,
  occurred_precision: 'us',
  extra: { noted_at: 'the gate' },
  type: 'leg.created',
  payload: {
    leg: {
      created_at: 1_767_225_599_999_999,
      direction: 'in',
      endpoint: 'sofia/internal/1001',
      endpoint_kind: 'user',
      caller_number: '1001',
      caller_name: 'Ada',
      caller_presentation: 'allowed',
      dialled: '1002',
      context: 'default',
      sip_call_id: '',
    },
    parent_leg_id: null,
  },
};

test('an event keeps every µs through JSON and back', () => {
  const json = eventToJson(event);
  assert.equal(json.occurred_at, '2025-12-31T23:59:59.999999Z');
  assert.equal(json.type === 'leg.created' && json.payload.leg.created_at, '2025-12-31T23:59:59.999999Z');
  assert.equal(json.extra['noted_at'], 'the gate');
  assert.deepEqual(eventFromJson(JSON.parse(JSON.stringify(json)) as typeof json), event);
});

test('instants are the fields whose name ends in _at, and no others', () => {
  const schema = readFileSync(new URL('./avro/event.v2.avsc', import.meta.url), 'utf8');
  const seen: string[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { name, type } = node as { name?: string; type?: unknown };
    if (name !== undefined && type !== undefined && !('symbols' in node) && !('fields' in node)) {
      const branches = Array.isArray(type) ? type : [type];
      const isInstant = branches.some((branch) => (branch as { logicalType?: string }).logicalType !== undefined);
      assert.equal(name.endsWith('_at'), isInstant, name);
      seen.push(name);
    }
    for (const child of Object.values(node)) walk(child);
  };
  walk(JSON.parse(schema));
  assert.ok(seen.includes('occurred_at') && seen.includes('bridge_id'));
});

test('every instant that µs can say exactly comes back as it was', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (us) => {
      assert.equal(microsFromIso(isoFromMicros(us)), us);
    }),
  );
});

const base = 1_424_694_896_000_000;
const readable: readonly (readonly [string, number])[] = [
  ['2015-02-23T12:34:56Z', base],
  ['2015-02-23T12:34:56.1Z', base + 100_000],
  ['2015-02-23 12:34:56.123456+00', base + 123_456],
  ['2015-02-23T12:34:56.1234569Z', base + 123_456],
  ['2015-02-23T14:34:56+02:00', base],
  ['2015-02-23T08:34:56-0400', base],
  ['2015-02-23t12:34:56,5z', base + 500_000],
  ['2016-02-29T00:00:00Z', 1_456_704_000_000_000],
];

test('instants are read in the forms that switches write', () => {
  for (const [text, us] of readable) assert.equal(microsFromIso(text), us, text);
});

test('what is no instant is NaN', () => {
  const wrong = [
    '',
    '2015-02-23',
    '2015-02-23T12:34:56',
    '2015-02-29T00:00:00Z',
    '2015-13-01T00:00:00Z',
    '2015-00-10T00:00:00Z',
    '2015-01-01T24:00:00Z',
    '2015-01-01T00:60:00Z',
    '2015-01-01T00:00:60Z',
    '2015-01-01T00:00:00.Z',
    '2015-01-01T00:00:00+2',
    '2015-01-01T00:00:00+02:0',
    '2015-01-01T00:00:00Zulu',
    '2015-01-01T00:00:0aZ',
    'yesterday',
  ];
  for (const text of wrong) assert.ok(Number.isNaN(microsFromIso(text)), text);
  fc.assert(fc.property(fc.string(), (text) => typeof microsFromIso(text) === 'number'));
});
