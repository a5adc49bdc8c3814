import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeEvent } from '../../schemas/event-codec.ts';
import type { EventType } from '../../schemas/events.ts';
import { eventMessage } from '../publishing.ts';
import { eventsOf, identity, nowUs, only, rejectionOf, source } from '../testing/sources.ts';
import { type Field, payloadFields } from './contract.ts';
import { defaultOf } from './defaults.ts';
import { canonicalSchemas, isAboutCall } from './event-schemas.ts';
import { normaliseCanonicalEvent } from './normalise-canonical.ts';

type Json = Record<string, unknown>;

const pbx = source({ askedSwitchId: 'pbx-9' });
const normalise = (json: unknown, given = pbx) => normaliseCanonicalEvent(json, given);

const created: Json = {
  type: 'leg.created',
  occurred_at: '2026-03-04T10:00:00.123456Z',
  call_key: 'call-7',
  call_started_at: '2026-03-04T11:00:00.123456+01:00',
  leg_id: 'leg-1',
  payload: { leg: { direction: 'in', caller_number: ' +49301234\u0007 ', created_at: '2026-03-04T10:00:00Z' } },
};

test('what is left out is filled in, texts are cleaned, times are µs', () => {
  const event = only(eventsOf(normalise(created)), 'leg.created');
  assert.equal(event.occurred_at, 1_772_618_400_123_456);
  assert.equal(event.call_started_at, event.occurred_at);
  assert.deepEqual(event.payload, {
    leg: {
      created_at: 1_772_618_400_000_000,
      direction: 'in',
      endpoint: '',
      endpoint_kind: 'unknown',
      caller_number: '+49301234',
      caller_name: '',
      caller_presentation: 'allowed',
      dialled: '',
      context: '',
      sip_call_id: '',
    },
    parent_leg_id: null,
  });
  assert.deepEqual([event.tenant_id, event.switch_id, event.native.id], ['acme', 'pbx-9', 'leg-1']);
});

test('an event without an id has one made of all that it says', () => {
  const [first] = eventsOf(normalise(created));
  const [again] = eventsOf(normalise({ ...created, occurred_at: '2026-03-04T10:00:00.123456+00:00' }));
  const [other] = eventsOf(normalise({ ...created, extra: { note: 'x' } }));
  assert.ok(first !== undefined && again !== undefined && other !== undefined);
  assert.equal(identity(first), identity(again));
  assert.notEqual(first.event_id, other.event_id);
  assert.equal(eventsOf(normalise({ ...created, event_id: 'mine-1' }))[0]?.event_id, 'mine-1');
});

type Wrong = readonly [change: Json, code: string, field: string];

const wrongs: readonly Wrong[] = [
  [{ type: undefined }, 'MISSING_FIELD', 'type'],
  [{ type: 'leg.dreamt' }, 'UNKNOWN_EVENT_TYPE', 'type'],
  [{ type: 'recording.stored' }, 'EVENT_TYPE_NOT_ALLOWED', 'type'],
  [{ type: 'call.anchored' }, 'EVENT_TYPE_NOT_ALLOWED', 'type'],
  [{ tenant_id: 'globex' }, 'TENANT_NOT_ALLOWED', 'tenant_id'],
  [{ tenant: 'acme' }, 'UNKNOWN_FIELD', 'tenant'],
  [{ clock_offset_ms: 0.5 }, 'INVALID_FIELD', 'clock_offset_ms'],
  [{ native: { seq: 2 ** 53 - 1 } }, 'INVALID_FIELD', 'native.seq'],
  [{ switch_kind: 'pbx' }, 'INVALID_FIELD', 'switch_kind'],
  [{ switch_kind: 'other', call_started_at: null }, 'INVALID_FIELD', 'call_started_at'],
  [{ call_key: undefined }, 'MISSING_FIELD', 'call_key'],
  [{ call_key: '' }, 'INVALID_FIELD', 'call_key'],
  [{ call_key: ' ' }, 'MISSING_FIELD', 'call_key'],
  [{ call_key: '\u0000' }, 'MISSING_FIELD', 'call_key'],
  [{ leg_id: '\t' }, 'MISSING_FIELD', 'leg_id'],
  [{ call_started_at: undefined }, 'MISSING_FIELD', 'call_started_at'],
  [{ call_started_at: null }, 'INVALID_FIELD', 'call_started_at'],
  [{ leg_id: undefined }, 'MISSING_FIELD', 'leg_id'],
  [{ occurred_at: '2026-03-04T10:00:00' }, 'INVALID_FIELD', 'occurred_at'],
  [{ occurred_at: 1_772_618_400 }, 'INVALID_FIELD', 'occurred_at'],
  [{ occurred_at: '1999-12-31T23:59:59Z' }, 'TIME_OUT_OF_RANGE', 'occurred_at'],
  [{ occurred_at: '2036-03-04T10:00:00Z' }, 'TIME_OUT_OF_RANGE', 'occurred_at'],
  [{ payload: undefined }, 'MISSING_FIELD', 'payload'],
  [{ payload: {} }, 'MISSING_FIELD', 'payload.leg'],
  [{ payload: { leg: { direction: 'up' } } }, 'INVALID_FIELD', 'payload.leg.direction'],
  [{ payload: { leg: { colour: 'red' } } }, 'UNKNOWN_FIELD', 'payload.leg.colour'],
  [{ payload: { leg: { created_at: '1970-01-01T00:00:00Z' } } }, 'TIME_OUT_OF_RANGE', 'payload.leg.created_at'],
  [{ extra: { 'a b': 'x' } }, 'UNKNOWN_FIELD', 'extra.a b'],
  [{ extra: { ['__proto__']: 'x' } }, 'UNKNOWN_FIELD', 'extra.__proto__'],
  [{ event_id: 'with blanks' }, 'INVALID_FIELD', 'event_id'],
];

test('what is wrong is told by field', () => {
  for (const [change, code, field] of wrongs) {
    const rejection = rejectionOf(normalise(JSON.parse(JSON.stringify({ ...created, ...change }))));
    assert.deepEqual([rejection.code, rejection.field], [code, field], JSON.stringify(change));
    assert.ok(rejection.message.length > field.length + 10, rejection.message);
  }
  for (const json of [null, 7, 'x', [], [created]]) assert.equal(rejectionOf(normalise(json)).code, 'NOT_AN_OBJECT');
  assert.equal(rejectionOf(normalise(created, source())).code, 'SWITCH_UNKNOWN');
});

/** The least that can be sent of a payload. */
const least = (fields: readonly Field[]): Json =>
  Object.fromEntries(
    fields.filter((field) => defaultOf(field) === undefined).map((field) => [field.name, some(field)]),
  );

const some = ({ name, type }: Field): unknown => {
  switch (type.kind) {
    case 'text':
      return `some-${name}`;
    case 'integer':
      return 5;
    case 'instant':
      return '2026-03-04T10:00:00Z';
    case 'choice':
      return type.of[0];
    case 'texts':
      return ['a', 'b'];
    case 'record':
      return least(type.fields);
  }
};

const leastEvent = (type: EventType): Json => ({
  type,
  occurred_at: '2026-03-04T10:00:00Z',
  ...(isAboutCall(type) && { call_key: 'call-7', call_started_at: '2026-03-04T10:00:00Z', leg_id: 'leg-1' }),
  payload: least(payloadFields.get(type) ?? []),
});

test('every type can be sent with the least it needs, and encoded', () => {
  assert.ok(canonicalSchemas.size >= 35);
  for (const type of canonicalSchemas.keys()) {
    const [event] = eventsOf(normalise(leastEvent(type)));
    assert.ok(event !== undefined && eventMessage(event).value.length > 10, type);
  }
});

test('no JSON makes it throw, and what it takes can be encoded', () => {
  const json = fc.record({
    type: fc.constantFrom(...canonicalSchemas.keys()),
    change: fc.dictionary(
      fc.constantFrom('call_key', 'leg_id', 'payload', 'extra', 'native', 'occurred_at'),
      fc.jsonValue(),
    ),
  });
  fc.assert(
    fc.property(json, ({ type, change }) => {
      const normalised = normalise(
        { ...leastEvent(type), ...change },
        source({ askedSwitchId: 's', observedAtUs: nowUs }),
      );
      if ('events' in normalised) normalised.events.forEach(encodeEvent);
    }),
    { numRuns: 300 },
  );
});
