import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordBatch } from '../../runtime/kafka.ts';
import { deadLetterOf, encodeDeadLetter } from '../../schemas/dead-letters.ts';
import { toQuarantinedRows } from './quarantine-rows.ts';

const letter = deadLetterOf(
  { code: 'MISSING_FIELD', message: 'Unique-ID is missing', field: 'Unique-ID' },
  {
    quarantine_id: 'bad_1',
    tenant_id: 'acme',
    stage: 'ingest',
    source: 'freeswitch-events',
    switch_id: 'pbx1',
    received_at: 1_768_903_200_000_000,
    raw: Buffer.from([0, 255, 1]),
    native_seq: 7,
  },
);

const batchOf = (values: readonly (Buffer | null)[]): RecordBatch => ({
  topic: 'dead-letters',
  partition: 0,
  highWatermark: '9',
  messages: values.map((value, offset) => ({
    offset: String(offset),
    key: null,
    value,
    timestampMs: 1000,
    headers: {},
  })),
});

test('a letter becomes its row, with the bytes as they were', () => {
  const [row] = toQuarantinedRows(batchOf([encodeDeadLetter(letter)]));
  assert.deepEqual({ ...row }, { ...letter, received_order: Number.MAX_SAFE_INTEGER - letter.received_at });
});

test('a letter that cannot be read is kept itself, under its place in the log', () => {
  const garbage = Buffer.from('garbage');
  const [row, ...none] = toQuarantinedRows(batchOf([garbage]));
  assert.partialDeepStrictEqual(row, {
    tenant_id: '',
    stage: 'quarantine',
    source: 'dead-letters/0/0',
    code: 'UNDECODABLE',
    received_at: 1_000_000,
    raw: garbage,
  });
  assert.deepEqual(none, []);
});

test('reading the log again gives the same rows', () => {
  const batch = batchOf([encodeDeadLetter(letter), Buffer.from('garbage'), null, Buffer.alloc(0)]);
  const rows = toQuarantinedRows(batch);
  assert.equal(rows.length, 3);
  assert.deepEqual(toQuarantinedRows(batch), rows);
  assert.equal(new Set(rows.map((row) => row.quarantine_id)).size, 3);
});
