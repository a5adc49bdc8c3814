import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusalOf, refusalOfText } from './refusal.ts';

test('an error is its message and details; what is no error of ours is shown as it is', () => {
  const details = [
    { field: 'from', message: 'must be a time' },
    { field: 'to', message: 'must be later than from' },
  ];
  const body = { error: { code: 'VALIDATION_ERROR', message: 'Wrong values.', details, request_id: 'req_1' } };
  const told = 'Wrong values.\n  from must be a time\n  to must be later than from';
  assert.equal(refusalOf(body), told);
  assert.equal(refusalOfText(JSON.stringify(body)), `VALIDATION_ERROR: ${told}`);
  for (const other of [null, 'x', {}, { error: 'x' }, { error: {} }]) assert.equal(refusalOf(other), null);
  assert.equal(refusalOfText('<h1>502</h1>\n'), '<h1>502</h1>');
  assert.equal(refusalOfText('{}'), '{}');
  assert.equal(refusalOfText('x'.repeat(1000)).length, 300);
});
