import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoFromMicros } from '../../schemas/event-json.ts';
import { parseInstant } from './instants.ts';

const ten = Date.UTC(2026, 0, 20, 10) * 1000;

for (const [text, us] of [
  ['2026-01-20T10:00:00Z', ten],
  ['2026-01-20t10:00:00z', ten],
  ['2026-01-20T10:00Z', ten],
  ['2026-01-20T10:00:00.000001Z', ten + 1],
  ['2026-01-20T10:00:00.1234567Z', ten + 123_456],
  ['2026-01-20T11:00:00+01:00', ten],
  ['2026-01-20T11:00:00 01:00', ten],
  ['2026-01-20T11:00:00+0100', ten],
  ['2026-01-20T11:00:00+01', ten],
  ['2026-01-20T15:45:00+05:45', ten],
  ['2026-01-19T22:00:00-12:00', ten],
  ['2026-01-20', ten - 10 * 3_600_000_000],
  ['1768903200', ten],
  ['1768903200.5', ten + 500_000],
] as const) {
  test(`${text} is an instant`, () => {
    assert.deepEqual(parseInstant(text), { us });
  });
}

for (const text of [
  '2026-02-29',
  '2026-13-01T00:00:00Z',
  '2026-01-20T24:00:01Z',
  '2026-01-20T10:60:00Z',
  '2026-01-20T10:00:00+25:00',
]) {
  test(`${text} does not exist`, () => {
    assert.deepEqual(parseInstant(text), { problem: 'is no date and time that exists' });
  });
}

test('a time without an offset is refused', () => {
  assert.deepEqual(parseInstant('2026-01-20T10:00:00'), {
    problem: 'needs a UTC offset at its end, such as Z or +02:00',
  });
});

test('years that the tables cannot hold are refused', () => {
  assert.deepEqual(parseInstant('2300-01-01T00:00:00Z'), { problem: 'must be between the years 1970 and 2200' });
});

test('gives a finite number or a reason for any text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseInstant(text);
      assert.ok('us' in parsed ? Number.isSafeInteger(parsed.us) : parsed.problem.length > 0);
    }),
  );
});

test('reads what the API writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Date.UTC(2199, 0) * 1000 }), (us) => {
      assert.deepEqual(parseInstant(isoFromMicros(us)), { us });
    }),
  );
});
