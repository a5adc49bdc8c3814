import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MalformedArray } from './json-elements.ts';
import { linesOfJson, type SentRecord, valuesOfJson } from './records.ts';

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

test('an array comes back as its values, each with its own bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ noUnicodeString: false })), fc.constantFrom(0, 2), (values, indent) => {
      const text = JSON.stringify(values, null, indent);
      const records = [...valuesOfJson(Buffer.from(` ${text}\n`))];
      assert.deepEqual(records.map(shown), JSON.parse(text));
      for (const record of records) assert.deepEqual(JSON.parse(record.raw().toString()), shown(record));
    }),
  );
});

test('exactly what is JSON is taken', () => {
  const texts = fc.stringMatching(/^[[\]{}",:\\ 1a]{0,12}$/);
  fc.assert(
    fc.property(texts, (text) => {
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      const read = (): SentRecord[] => [...valuesOfJson(Buffer.from(text))];
      if (isJson)
        assert.equal(read().length, text.trimStart().startsWith('[') ? (JSON.parse(text) as unknown[]).length : 1);
      else assert.throws(read, MalformedArray, text);
    }),
    { numRuns: 3000 },
  );
  for (const text of [
    '',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1]]',
    '[1]x',
    '[{]',
    '["a',
    '[}',
    '[1}""]',
    '{"a":1',
  ]) {
    assert.throws(() => [...valuesOfJson(Buffer.from(text))], MalformedArray, text);
  }
});

test('a record of more than 1 MiB is refused, the others are not', () => {
  const large = { a: 'x'.repeat(1024 * 1024) };
  const records = [...valuesOfJson(Buffer.from(JSON.stringify([{ b: 1 }, large])))];
  assert.deepEqual(records.map(shown), [{ b: 1 }, 'EVENT_TOO_LARGE']);
  const lines = [...linesOfJson(Buffer.from(`${JSON.stringify(large)}\n{}`))];
  assert.deepEqual(lines.map(shown), ['EVENT_TOO_LARGE', {}]);
});
