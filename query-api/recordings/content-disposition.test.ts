import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentDisposition } from './content-disposition.ts';

test('names the file after the recording', () => {
  assert.equal(contentDisposition({ recording_id: 'rec_1', format: 'wav' }), 'attachment; filename="rec_1.wav"');
  assert.equal(contentDisposition({ recording_id: 'rec_1.wav', format: 'wav' }), 'attachment; filename="rec_1.wav"');
  assert.equal(contentDisposition({ recording_id: 'rec_1', format: '' }), 'attachment; filename="rec_1"');
});

test('nothing in an id or a format can leave the quotes or the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (recording_id, format) => {
      assert.match(contentDisposition({ recording_id, format }), /^attachment; filename="[\w.-]{0,150}"$/);
    }),
  );
});
