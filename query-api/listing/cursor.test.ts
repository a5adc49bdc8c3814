import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CursorScope, createCursors } from './cursor.ts';

const cursors = createCursors(Buffer.alloc(32, 7));
const scope: CursorScope = { resource: 'calls', tenantId: 'acme', filters: { from: 5, to: null, order: 'newest' } };

const keys = fc.record(
  { at: fc.integer({ min: 0, max: 2 ** 52 }), id: fc.string({ maxLength: 60 }) },
  { noNullPrototype: true },
);
const filters = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
const scopes = fc.record({ resource: fc.constantFrom('calls', 'recordings'), tenantId: fc.string(), filters });
const refusal = { name: 'ApiError', code: 'INVALID_CURSOR', statusCode: 400 };

test('gives back the key it was made of', () => {
  fc.assert(
    fc.property(keys, scopes, (key, scope) => {
      assert.deepEqual(cursors.decode(cursors.encode(key, scope), scope), key);
    }),
  );
});

test('the order in which filters are given does not matter, nor those that are not set', () => {
  const cursor = cursors.encode({ at: 1, id: 'a' }, { ...scope, filters: { a: 1, b: 2 } });
  assert.deepEqual(cursors.decode(cursor, { ...scope, filters: { b: 2, c: null, a: 1, d: undefined } }), {
    at: 1,
    id: 'a',
  });
});

test('refuses any other text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
      assert.throws(() => cursors.decode(text, scope), refusal);
    }),
  );
});

test('refuses a cursor in which one character was changed, added or taken away', () => {
  fc.assert(
    fc.property(
      keys,
      fc.nat(),
      fc.constantFrom('A', 'Z', '0', '_', '-', ''),
      fc.boolean(),
      (key, place, other, insert) => {
        const cursor = cursors.encode(key, scope);
        const at = place % cursor.length;
        const changed = cursor.slice(0, at) + other + cursor.slice(insert ? at : at + 1);
        fc.pre(changed !== cursor);
        assert.throws(() => cursors.decode(changed, scope), refusal);
      },
    ),
  );
});

test('refuses a cursor of another listing', () => {
  fc.assert(
    fc.property(keys, scopes, scopes, (key, made, used) => {
      const same = JSON.stringify(sorted(made)) === JSON.stringify(sorted(used));
      fc.pre(!same);
      assert.throws(() => cursors.decode(cursors.encode(key, made), used), refusal);
    }),
  );
});

test('refuses a cursor that was signed with another secret', () => {
  const foreign = createCursors(Buffer.alloc(32, 8)).encode({ at: 1, id: 'a' }, scope);
  assert.throws(() => cursors.decode(foreign, scope), refusal);
});

const sorted = ({ filters, ...rest }: CursorScope): unknown => [
  rest.resource,
  rest.tenantId,
  Object.entries(filters)
    .filter(([, value]) => value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
];
