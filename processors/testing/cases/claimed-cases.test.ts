import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { claimedCases } from './claimed-cases.ts';

test('every claimed edge case has one test', () => {
  const folder = new URL('./', import.meta.url);
  const shown = readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .flatMap((file) => [...readFileSync(new URL(file, folder), 'utf8').matchAll(/(?:test|suite)\('case (\d+): /g)])
    .map(([, number]) => Number(number));
  const inOrder = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
  assert.deepEqual(inOrder(shown), inOrder(claimedCases));
});
