import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentHash, decodeEvent, encodeEvent, eventSchema } from './event-codec.ts';
import { type Event, payloadRecords } from './events.ts';
import { rabinFingerprint } from './rabin.ts';

/** Any event the schema allows, from avsc's own generator. */
const anyEvent = (): Event => {
  const decoded = decodeEvent(eventSchema.encode(eventSchema.newest.random()));
  assert.ok('event' in decoded);
  return decoded.event;
};

test('every event of the schema survives encoding', () => {
  for (let round = 0; round < 500; round++) {
    const event = anyEvent();
    const decoded = decodeEvent(encodeEvent(event));
    assert.ok('event' in decoded);
    assert.deepEqual({ ...decoded.event }, { ...event });
  }
});

test('the types name exactly the payloads of the schema', () => {
  const fields = (eventSchema.newest as unknown as { fields: { name: string; type: { types: { name: string }[] } }[] })
    .fields;
  const branches = fields.find((field) => field.name === 'payload')?.type.types.map((type) => type.name);
  assert.deepEqual(
    Object.values(payloadRecords).map((record) => `trunkline.${record}`),
    branches,
  );
});

test('reception does not change the content hash, everything else does', () => {
  const event = anyEvent();
  const hash = contentHash(encodeEvent({ ...event, observed_at: 1, clock_offset_ms: null }));
  assert.equal(contentHash(encodeEvent({ ...event, observed_at: 1_790_000_000_000_000, clock_offset_ms: -77 })), hash);
  assert.notEqual(contentHash(encodeEvent({ ...event, occurred_at: event.occurred_at + 1 })), hash);
  assert.notEqual(contentHash(encodeEvent({ ...event, event_id: `${event.event_id}x` })), hash);
});

test('an event of an older schema says the same: defaults stand for what it could not say', () => {
  const event = { ...anyEvent(), type: 'leg.answered', payload: { leg: null, amd: 'unknown' } } as Event;
  const first = eventSchema.released[0] as (typeof eventSchema.released)[number];
  const { type: _, ...wire } = { ...event, payload: { 'trunkline.LegAnswered': { leg: null } } };
  const fingerprint = rabinFingerprint(JSON.stringify(first.schema()));
  const older = Buffer.concat([Buffer.from([0xc3, 0x01]), fingerprint, first.toBuffer(wire)]);
  const decoded = decodeEvent(older);
  assert.ok('event' in decoded);
  assert.deepEqual({ ...decoded.event.payload }, event.payload);
});

test('bytes that are no event are rejected, never thrown', () => {
  const good = encodeEvent(anyEvent());
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.nat(good.length - 1).map((end) => good.subarray(0, end)),
      ),
      (bytes) => {
        const decoded = decodeEvent(Buffer.from(bytes));
        assert.ok('rejection' in decoded && decoded.rejection.startsWith('not an event'));
      },
    ),
  );
});
