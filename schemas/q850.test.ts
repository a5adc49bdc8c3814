import assert from 'node:assert/strict';
import { test } from 'node:test';
import { q850Of, sipFailure } from './q850.ts';

test('SIP goes before the number that the switch gives, which must be a cause', () => {
  const table: readonly [sip: number | null, native: number | null, cause: number | null][] = [
    [486, 16, 17],
    [480, null, 18],
    [487, 16, 16],
    [null, 127, 127],
    [null, 0, null],
    [null, 702, null],
    [null, null, null],
  ];
  for (const [sip, native, cause] of table) assert.equal(q850Of(sip, native), cause, `${sip} ${native}`);
});

test('only final failures of SIP tell why a leg ended', () => {
  assert.deepEqual([null, 183, 200, 302, 487, 603, 700].map(sipFailure), [null, null, null, 302, 487, 603, null]);
});
