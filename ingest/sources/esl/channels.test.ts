import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channelsOf } from './channels.ts';

test('the legs that live', () => {
  assert.deepEqual(channelsOf('{"row_count":2,"rows":[{"uuid":"a","name":"x"},{"uuid":"b"}]}'), { legIds: ['a', 'b'] });
});

test('no channels have no rows', () => {
  assert.deepEqual(channelsOf('{"row_count":0}\n'), { legIds: [] });
});

for (const answer of [
  '-ERR show Command not found!\n',
  '',
  'null',
  '{"row_count":2,"rows":[{"uuid":"a"}]}',
  '{"row_count":1,"rows":[{"name":"without an id"}]}',
  '{"row_count":0,"rows":[{"uuid":"a"}]}',
])
  test(`${JSON.stringify(answer)} ends nobody's call`, () => {
    assert.ok('problem' in channelsOf(answer));
  });
