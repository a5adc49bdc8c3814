import assert from 'node:assert/strict';
import { test } from 'node:test';
import { correctionOf } from './correction.ts';
import type { RecordDetail, RecordSummary } from './quarantine-client.ts';
import { kindLines, listLines, readable, recordLines } from './record-lines.ts';

const summary: RecordSummary = {
  id: 'bad_2mw5e8ssz81684vyvy3cxaz0dp',
  received_at: '2026-11-22T09:14:11.813000Z',
  code: 'EVENT_TYPE_NOT_ALLOWED',
  message:
    'recording.stored is said by Trunkline only; send audio to PUT /v1/recordings/{recording_id} and nothing else',
  field: 'type',
  stage: 'ingest',
  source: 'canonical',
  switch_id: 'pbx-1',
  boot_id: 'b1',
  native_seq: 7,
  raw_bytes: 3,
  status: 'refused_again',
  attempts: 1,
  last_attempt: null,
  redrive: { as_it_is: true, corrected_in: 'canonical', why: null },
};

const detail: RecordDetail = {
  ...summary,
  raw_base64: 'AP8B',
  record: null,
  attempt_list: [
    {
      id: 'try_1',
      status: 'refused_again',
      actor: 'key_22d396250b766d5eb97d6674',
      asked_at: '2026-11-22T09:15:00.000000Z',
      settled_at: null,
      switch_id: null,
      correction: '{}',
      events: null,
      event_ids: [],
      code: 'MISSING_FIELD',
      message: 'type is missing: send for example leg.created, and all that belongs to it, in one record',
      field: 'type',
    },
  ],
};

const longest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

test('all that is printed fits into 80 columns, but for a record’s own lines', () => {
  const kind = { stage: 'recordings', code: 'EVENT_TYPE_NOT_ALLOWED', records: 1_000_000, redrivable: false };
  const printed = [
    listLines([summary, summary], 10_000),
    recordLines(detail),
    kindLines([{ ...kind, why: 'correct the upload and send the audio again: PUT /v1/recordings/{recording_id}' }]),
  ];
  for (const text of printed) assert.ok(longest(text) <= 80, text);
});

test('bytes that are no text are shown in hexadecimal, JSON over several lines, other texts as they are', () => {
  assert.match(recordLines(detail), /^00000000 {2}00 ff 01 +\|\.\.\.\|$/m);
  assert.equal(readable('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(readable('Event-Name: X\n\n'), 'Event-Name: X\n\n');
});

test('a correction is sent as the value it is, or as a text where it is no record in JSON', () => {
  assert.deepEqual(correctionOf('{"a": 1}\n'), { a: 1 });
  assert.deepEqual(correctionOf('[{"a": 1}]'), [{ a: 1 }]);
  for (const text of ['Event-Name: X\n\n', '"text"', '7', '{broken']) assert.equal(correctionOf(text), text);
});
