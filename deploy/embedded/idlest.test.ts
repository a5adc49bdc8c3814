import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findIdlest, type Stay } from './idlest.ts';

const asked = (idleSinceMs: number | null): Stay => ({ hasAsked: true, idleSinceMs });
const stranger = (idleSinceMs: number | null): Stay => ({ hasAsked: false, idleSinceMs });

for (const [name, connections, expected] of [
  ['the longest idle goes first', [asked(3), asked(1), asked(2)], asked(1)],
  ['before it, those who never asked', [asked(1), stranger(3), stranger(2)], stranger(2)],
  ['nobody who waits for an answer', [asked(null), asked(5), stranger(null)], asked(5)],
  ['nobody at all while all wait', [asked(null), asked(null)], undefined],
] as const) {
  test(name, () => assert.deepEqual(findIdlest(connections), expected));
}
