import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formBoundary, multipartFields } from './multipart.ts';

const part = (name: string, value: string): string =>
  `--B-1\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;

test('fields come out as they went in', () => {
  const value = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('--B-1'));
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), value), (fields) => {
      const body = `${Object.entries(fields)
        .map(([name, text]) => part(name, text))
        .join('')}--B-1--\r\n`;
      assert.deepEqual(multipartFields(Buffer.from(body), 'B-1'), new Map(Object.entries(fields)));
    }),
  );
});

test('a body that is cut off, empty or has a file is no form', () => {
  assert.equal(multipartFields(Buffer.from(part('query', 'SELECT 1')), 'B-1'), undefined);
  assert.equal(multipartFields(Buffer.alloc(0), 'B-1'), undefined);
  const file = '--B-1\r\nContent-Disposition: form-data; name="t"; filename="t.csv"\r\n\r\n1\r\n--B-1--\r\n';
  assert.equal(multipartFields(Buffer.from(file), 'B-1'), undefined);
});

test('the boundary is found quoted or not, and only of a form', () => {
  assert.equal(formBoundary('multipart/form-data; boundary=abc'), 'abc');
  assert.equal(formBoundary('Multipart/Form-Data; charset=x; boundary="a b"'), 'a b');
  assert.equal(formBoundary('text/plain; boundary=abc'), undefined);
  assert.equal(formBoundary(undefined), undefined);
});
