import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowJson } from './row-json.ts';

test('instants become ISO-8601 wherever they are nested, everything else stays', () => {
  const toJson = rowJson({
    id: 'LowCardinality(String)',
    at: 'DateTime64(6)',
    day: 'Nullable(DateTime64(3))',
    spans: 'Array(Tuple(from DateTime64(6), to Nullable(DateTime64(6)), ok Bool))',
    count: 'UInt64',
  });
  assert.deepEqual(
    toJson({
      id: 'a\uD800',
      at: 1_767_607_200_000_001,
      day: null,
      spans: [
        { from: -1, to: null, ok: true },
        { from: 0, to: 999_999, ok: false },
      ],
      count: 7,
    }),
    {
      id: 'a\uFFFD',
      at: '2026-01-05T10:00:00.000001Z',
      day: null,
      spans: [
        { from: '1969-12-31T23:59:59.999999Z', to: null, ok: true },
        { from: '1970-01-01T00:00:00.000000Z', to: '1970-01-01T00:00:00.999999Z', ok: false },
      ],
      count: 7,
    },
  );
});
