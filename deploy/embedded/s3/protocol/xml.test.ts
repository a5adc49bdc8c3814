import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { childrenOf, parseXml, renderXml, requiredTextOf, textOf } from './xml.ts';

describe('writing and reading', () => {
  test('any text survives', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
        (text) => assert.equal(textOf(parseXml(renderXml(['Root', [['Key', text]]]), 'Root'), 'Key'), text),
      ),
    );
  });

  test('nests, and tells elements of one name apart', () => {
    const source =
      '<?xml version="1.0"?>\n<!-- - --><D xmlns="u"><O><K>a &amp; b</K></O><O a="1"><s3:K>&#x63;</s3:K></O><Q/></D>\n';
    const root = parseXml(source, 'D');
    assert.deepEqual(
      childrenOf(root, 'O').map((object) => requiredTextOf(object, 'K')),
      ['a & b', 'c'],
    );
    assert.equal(textOf(root, 'Q'), '');
    assert.equal(textOf(root, 'None'), undefined);
  });
});

describe('refused:', () => {
  for (const [what, source] of [
    ['nothing', ''],
    ['another root', '<Other/>'],
    ['two roots', '<Root/><Root/>'],
    ['an open element', '<Root><A></Root>'],
    ['a closed element too many', '<Root/></Root>'],
    ['crossed elements', '<Root><A><B></A></B></Root>'],
    ['a document type', '<!DOCTYPE r [<!ENTITY e "x">]><Root>&e;</Root>'],
    ['an unknown entity', '<Root>&nbsp;</Root>'],
    ['a bare ampersand', '<Root>a & b</Root>'],
    ['a character that is none', '<Root>&#x110000;</Root>'],
    ['a stray angle bracket', '<Root>a < b</Root>'],
    ['deep nesting', `<Root>${'<A>'.repeat(40)}${'</A>'.repeat(40)}</Root>`],
  ] as const) {
    test(what, () => assert.throws(() => parseXml(source, 'Root'), { code: 'MalformedXML' }));
  }

  test('an element twice where one is meant', () => {
    assert.throws(() => textOf(parseXml('<R><A>1</A><A>2</A></R>', 'R'), 'A'), { code: 'MalformedXML' });
  });

  test('random input, without ever failing otherwise', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'Root',
      '<Root>',
      '</Root>',
      '&',
      ';',
      '#',
      '!--',
      '-->',
      '?',
      ' ',
      'a="b"',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          parseXml(pieces.join(''), 'Root');
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'MalformedXML');
        }
      }),
    );
  });
});
