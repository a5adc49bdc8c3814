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

test('failures of SIP have the causes of RFC 3398, whichever switch tells them', () => {
  const causes: Readonly<Record<number, number>> = {
    401: 21,
    403: 21,
    404: 1,
    405: 63,
    407: 21,
    408: 102,
    410: 22,
    480: 18,
    482: 25,
    483: 25,
    484: 28,
    485: 1,
    486: 17,
    488: 88,
    500: 41,
    501: 79,
    502: 38,
    503: 41,
    504: 102,
    600: 17,
    603: 21,
    604: 1,
    606: 88,
  };
  for (const [code, cause] of Object.entries(causes)) assert.equal(q850Of(Number(code), 127), cause, code);
});

test('only final failures of SIP tell why a leg ended', () => {
  assert.deepEqual([null, 183, 200, 302, 487, 603, 700].map(sipFailure), [null, null, null, 302, 487, 603, null]);
});
