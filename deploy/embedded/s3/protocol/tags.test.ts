import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseTagging, parseTaggingHeader, taggingDocument } from './tags.ts';
import { parseXml, renderXml } from './xml.ts';

describe('tags', () => {
  test('from the header', () => {
    assert.deepEqual(parseTaggingHeader('a=1&b=x%20y+z&c='), [
      { key: 'a', value: '1' },
      { key: 'b', value: 'x y z' },
      { key: 'c', value: '' },
    ]);
    assert.deepEqual(parseTaggingHeader(undefined), []);
  });

  test('written and read back', () => {
    const tags = [{ key: 'tenant', value: 'a<b>&"' }];
    assert.deepEqual(parseTagging(parseXml(renderXml(taggingDocument(tags)), 'Tagging')), tags);
  });

  for (const [what, header] of [
    ['eleven', Array.from({ length: 11 }, (_, index) => `k${index}=v`).join('&')],
    ['two of one key', 'a=1&a=2'],
    ['an empty key', '=1'],
    ['a long key', `${'k'.repeat(129)}=1`],
    ['a long value', `k=${'v'.repeat(257)}`],
  ] as const) {
    test(`refuses ${what}`, () => assert.throws(() => parseTaggingHeader(header), { code: 'InvalidTag' }));
  }
});
