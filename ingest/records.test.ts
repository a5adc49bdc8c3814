import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { linesOfJson, recordsOf, type SentRecord } from './records.ts';

const shown = (record: SentRecord) => ('value' in record ? record.value : record.rejection.code);

test('a line that is no JSON costs itself only, and keeps its bytes', () => {
  const records = [...linesOfJson(Buffer.from('{"a":1}\n\n{broken\r\n  \n[2]\n"x"'))];
  assert.deepEqual(records.map(shown), [{ a: 1 }, 'MALFORMED_JSON', [2], 'x']);
  assert.equal(records[1]?.raw().toString(), '{broken\r');
});

test('lines come back as the values they were written of', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ noUnicodeString: false })), (values) => {
      const body = Buffer.from(values.map((value) => JSON.stringify(value)).join('\n'));
      assert.deepEqual([...linesOfJson(body)].map(shown), JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('a record of more than 1 MiB is refused, the others are not', () => {
  const large = { a: 'x'.repeat(1024 * 1024) };
  const records = recordsOf([{ b: 1 }, large], 2_000_000);
  assert.deepEqual(records.map(shown), [{ b: 1 }, 'EVENT_TOO_LARGE']);
  const lines = [...linesOfJson(Buffer.from(`${JSON.stringify(large)}\n{}`))];
  assert.deepEqual(lines.map(shown), ['EVENT_TOO_LARGE', {}]);
});
