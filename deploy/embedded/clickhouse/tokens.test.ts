import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { tokens } from './tokens.ts';

const kinds = (text: string): string[] => [...tokens(text)].map((token) => `${token.kind}:${token.text}`);

test('words, numbers, symbols and both kinds of quotes', () => {
  assert.deepEqual(kinds("SELECT a.b, 12.5e3 FROM `x y` WHERE \"q\" = 'it\\'s'"), [
    'word:SELECT',
    'word:a',
    'symbol:.',
    'word:b',
    'symbol:,',
    'number:12.5e3',
    'word:FROM',
    'quoted:`x y`',
    'word:WHERE',
    'quoted:"q"',
    'symbol:=',
    "string:'it\\'s'",
  ]);
});

test('comments of all kinds are left out, and block comments nest', () => {
  assert.deepEqual(kinds('a -- x\nb // x\nc # x\nd #! x\ne /* x /* y */ z */ f'), [
    'word:a',
    'word:b',
    'word:c',
    'word:d',
    'word:e',
    'word:f',
  ]);
});

test('a quote is doubled or escaped inside its string', () => {
  assert.deepEqual(kinds("'a''b' 'c\\\\' d"), ["string:'a''b'", "string:'c\\\\'", 'word:d']);
});

test('heredocs and typographic quotes hide what is in them', () => {
  assert.deepEqual(kinds("$x$ file('a') $x$ ‘file(’ “file(” z"), [
    "string:$x$ file('a') $x$",
    'string:‘file(’',
    'quoted:“file(”',
    'word:z',
  ]);
});

test('spaces beyond ASCII separate words', () => {
  assert.deepEqual(kinds('INTO\u00a0OUTFILE\u200bx'), ['word:INTO', 'word:OUTFILE', 'word:x']);
});

test('depth counts the brackets a token is in', () => {
  const depths = [...tokens('a (b [c] {d}) e')].map((token) => [token.text, token.depth]);
  assert.deepEqual(depths, [
    ['a', 0],
    ['(', 0],
    ['b', 1],
    ['[', 1],
    ['c', 2],
    [']', 1],
    ['{', 1],
    ['d', 2],
    ['}', 1],
    [')', 0],
    ['e', 0],
  ]);
});

test('any text ends, and its tokens are its own pieces in order', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      let at = 0;
      for (const token of tokens(text)) {
        assert.ok(token.start >= at && token.end > token.start && token.end <= text.length);
        assert.equal(token.text, text.slice(token.start, token.end));
        at = token.end;
      }
    }),
  );
});
