import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fromBase32, toBase32 } from './base32.ts';
import { callId, callStartedAtOf, eventId, quarantineId } from './ids.ts';

const anchorUs = fc.integer({ min: 946_684_800_000_000, max: 4_102_444_800_000_000 });

test('a call id is deterministic, carries its anchor and sorts by it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), anchorUs, anchorUs, (tenant, key, a, b) => {
      const id = callId(tenant, key, a);
      assert.equal(callId(tenant, key, a), id);
      assert.equal(callStartedAtOf(id), a);
      if (a !== b) assert.equal(id < callId(tenant, key, b), a < b);
    }),
  );
});

test('tenant and key cannot run into each other', () => {
  assert.notEqual(callId('ab', 'c', 1_700_000_000_000_000), callId('a', 'bc', 1_700_000_000_000_000));
});

test('a known call id stays as it is: ids are kept by integrators', () => {
  assert.equal(
    callId('acme', '78b86350-4fb8-4d2b-a629-1eeafd7d2f74', 1_420_557_157_855_728),
    'call_019azww1ezebc9gzpqatrw4ta0',
  );
});

test('text that is no call id has no anchor', () => {
  for (const text of [
    '',
    'call_',
    'call_zzzzzzzzzzzzzzzzzzzzzzzzzz',
    'rec_019azww1ezebc8pyq2yj1brakw',
    'call_019azww1ezebc8pyq2yj1brakl',
  ]) {
    assert.equal(callStartedAtOf(text), null, text);
  }
});

test('base32 returns the bytes it was given and keeps their order', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      assert.deepEqual(fromBase32(toBase32(a)), a);
      assert.equal(Math.sign(Buffer.compare(a, b)), toBase32(a) < toBase32(b) ? -1 : toBase32(a) > toBase32(b) ? 1 : 0);
    }),
  );
});

test('an event id is a UUID v5 of all its parts', () => {
  const id = eventId('fs1', 'boot', 'channel', 7, 'leg.answered');
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(eventId('fs1', 'boot', 'channel', 7, 'leg.answered'), id);
  assert.notEqual(eventId('fs1', 'boot', 'channel', 8, 'leg.answered'), id);
});

test('a quarantine id names tenant, source and bytes', () => {
  const raw = Buffer.from('{');
  assert.equal(quarantineId('acme', 'freeswitch-events', raw), quarantineId('acme', 'freeswitch-events', raw));
  assert.notEqual(quarantineId('acme', 'freeswitch-events', raw), quarantineId('other', 'freeswitch-events', raw));
});
