import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClickHouseError } from '@clickhouse/client';
import { ClickHouseTimeout, isRetryableClickHouseError } from './clickhouse-errors.ts';

const answered = (code: string, type: string): Error => new ClickHouseError({ message: 'x', code, type });
const failed = (code: string): Error => Object.assign(new Error('x'), { code });

test('troubles that pass may be tried again', () => {
  const errors = [
    answered('252', 'TOO_MANY_PARTS'),
    answered('241', 'MEMORY_LIMIT_EXCEEDED'),
    answered('202', 'TOO_MANY_SIMULTANEOUS_QUERIES'),
    answered('159', 'TIMEOUT_EXCEEDED'),
    answered('999', 'KEEPER_EXCEPTION'),
    failed('ECONNRESET'),
    failed('ECONNREFUSED'),
    new ClickHouseTimeout('x'),
    new Error('<html>503 Service Temporarily Unavailable</html>'),
  ];
  for (const error of errors) assert.equal(isRetryableClickHouseError(error), true, String(error));
});

test('what would fail again is not', () => {
  const errors = [
    answered('62', 'SYNTAX_ERROR'),
    answered('60', 'UNKNOWN_TABLE'),
    answered('497', 'ACCESS_DENIED'),
    failed('ERR_INVALID_ARG_TYPE'),
    new TypeError('x'),
    new RangeError('row 1'),
    'ECONNRESET',
    undefined,
  ];
  for (const error of errors) assert.equal(isRetryableClickHouseError(error), false, String(error));
});
