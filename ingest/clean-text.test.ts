import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanText } from './clean-text.ts';

test('names are composed, without control characters and blanks around them', () => {
  assert.equal(cleanText('Bo\u0303b'), 'Bõb');
  assert.equal(cleanText(' a\u0000b\r\nc\u0085 '), 'abc');
  assert.equal(cleanText('a b'), 'a b');
  assert.equal(cleanText('مرحبا 😀'), 'مرحبا 😀');
  assert.equal(cleanText('x\ud800y'), 'x\ufffdy');
  assert.equal(cleanText(''), '');
});

test('a text is cut between code points', () => {
  assert.equal(cleanText('😀'.repeat(300)), '😀'.repeat(255));
  assert.equal(cleanText('abcdef', 3), 'abc');
});

test('a clean text is clean: NFC, well-formed, of the length, and cleaning it changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 300 }), (text, limit) => {
      const clean = cleanText(text, limit);
      assert.equal(clean.normalize('NFC'), clean);
      assert.ok(clean.isWellFormed() && Array.from(clean).length <= limit);
      assert.equal(cleanText(clean, limit), clean);
    }),
  );
});
