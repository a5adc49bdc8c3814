import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { following, listPage, successor, type ListingPage, type Scan } from './listing.ts';

type Entry = { readonly keyBytes: Buffer };

function scanOf(keys: readonly string[], reads: { rows: number } = { rows: 0 }): Scan<Entry> {
  const sorted = keys.map((key) => Buffer.from(key)).sort((a, b) => Buffer.compare(a, b));
  return (from, to, limit) => {
    const behind = sorted.filter(
      (key) => Buffer.compare(key, from) >= 0 && (to === undefined || Buffer.compare(key, to) < 0),
    );
    const rows = behind.slice(0, limit).map((keyBytes) => ({ keyBytes }));
    reads.rows += rows.length;
    return rows;
  };
}

/** All pages of a listing, as text. */
function listAll(
  scan: Scan<Entry>,
  prefix: string,
  delimiter: string,
  limit: number,
): { keys: string[]; common: string[] } {
  const all: { keys: string[]; common: string[] } = { keys: [], common: [] };
  for (let from: Buffer | undefined = Buffer.alloc(0); from !== undefined; ) {
    const query = { prefix: Buffer.from(prefix), delimiter: Buffer.from(delimiter), from, limit };
    const page: ListingPage<Entry> = listPage(scan, query);
    assert.ok(page.entries.length + page.commonPrefixes.length <= limit);
    all.keys.push(...page.entries.map(({ keyBytes }) => keyBytes.toString()));
    all.common.push(...page.commonPrefixes.map(String));
    from = page.next;
  }
  return all;
}

describe('listing', () => {
  const key = fc.array(fc.constantFrom('a', 'b', '/', 'é', '\u{1F600}', '~'), { minLength: 1, maxLength: 6 });
  const keys = fc.uniqueArray(
    key.map((pieces) => pieces.join('')),
    { maxLength: 40 },
  );

  test('pages together are what S3 defines, in the order of bytes', () => {
    fc.assert(
      fc.property(
        keys,
        fc.constantFrom('', 'a', 'a/', 'é'),
        fc.constantFrom('', '/', '~'),
        fc.integer({ min: 1, max: 7 }),
        (stored, prefix, delimiter, limit) => {
          const inside = stored.filter((one) => one.startsWith(prefix));
          const groupOf = (one: string): string | undefined => {
            const at = delimiter === '' ? -1 : one.indexOf(delimiter, prefix.length);
            return at === -1 ? undefined : one.slice(0, at + delimiter.length);
          };
          const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
          const expected = {
            keys: inside.filter((one) => groupOf(one) === undefined).sort(byBytes),
            common: [...new Set(inside.flatMap((one) => groupOf(one) ?? []))].sort(byBytes),
          };
          assert.deepEqual(listAll(scanOf(stored), prefix, delimiter, limit), expected);
        },
      ),
    );
  });

  test('the last full page says that it is the last', () => {
    const query = { prefix: Buffer.alloc(0), delimiter: Buffer.alloc(0), from: Buffer.alloc(0), limit: 2 };
    assert.equal(listPage(scanOf(['a', 'b']), query).next, undefined);
    assert.notEqual(listPage(scanOf(['a', 'b', 'c']), query).next, undefined);
  });

  test('nothing was asked for', () => {
    const query = { prefix: Buffer.alloc(0), delimiter: Buffer.alloc(0), from: Buffer.alloc(0), limit: 0 };
    assert.deepEqual(listPage(scanOf(['a']), query), { entries: [], commonPrefixes: [], next: undefined });
  });

  test('a big group is skipped, not read', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `group/${index}`);
    const reads = { rows: 0 };
    const found = listAll(scanOf([...many, 'z'], reads), '', '/', 1000);
    assert.deepEqual(found, { keys: ['z'], common: ['group/'] });
    assert.ok(reads.rows <= 1002, `${reads.rows} rows read`);
  });
});

test('successor and following are the next keys there can be', () => {
  assert.deepEqual(following(Buffer.from('a')), Buffer.from('a\0'));
  assert.deepEqual(successor(Buffer.from('a/')), Buffer.from('a0'));
  assert.deepEqual(successor(Buffer.of(0x61, 0xff, 0xff)), Buffer.from('b'));
  assert.equal(successor(Buffer.of(0xff)), undefined);
});
