import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordingFilters } from './list-parameters.ts';
import { recordingConditions, recordingObjectsQuery, recordingQuery } from './recording-query.ts';

const any: RecordingFilters = {
  from: null,
  to: null,
  direction: null,
  extension: null,
  callId: null,
  status: null,
  minSeconds: null,
};

const table: readonly [Partial<RecordingFilters>, string, Record<string, string | number>][] = [
  [{ from: 5 }, "started_at >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')", { from: 5 }],
  [{ to: 9 }, "started_at < fromUnixTimestamp64Micro({to:Int64}, 'UTC')", { to: 9 }],
  [{ direction: 'inbound' }, 'direction = {direction:String}', { direction: 'inbound' }],
  [{ status: 'available' }, 'status = {status:String}', { status: 'available' }],
  [
    { extension: "1' OR '1" },
    "((direction != 'outbound' AND callee_number = {extension:String}) OR (direction != 'inbound' AND caller_number = {extension:String}))",
    { extension: "1' OR '1" },
  ],
  [{ callId: 'call_x' }, '(call_id = {call_id:String} OR call_key = {call_id:String})', { call_id: 'call_x' }],
  [{ minSeconds: 5 }, 'duration_ms >= {min_ms:UInt64}', { min_ms: 5000 }],
];

for (const [filters, sql, params] of table) {
  test(`recordings by ${Object.keys(filters).join()}`, () => {
    assert.deepEqual(recordingConditions('acme', { ...any, ...filters }), {
      sql: ['tenant_id = {tenant:String}', sql],
      params: { tenant: 'acme', ...params },
    });
  });
}

test('one recording is read by the primary key', () => {
  const { sql, params } = recordingQuery('acme', 'rec_1');
  assert.match(
    sql,
    /FROM recordings FINAL\nWHERE tenant_id = \{tenant:String\}\n {2}AND recording_id = \{id:String\}$/,
  );
  assert.deepEqual(params, { tenant: 'acme', id: 'rec_1' });
});

test('objects of several recordings', () => {
  assert.deepEqual(recordingObjectsQuery('acme', ['a', 'b']), {
    sql: `SELECT recording_id,
  status,
  object_key,
  format,
  content_type
FROM recordings FINAL
WHERE tenant_id = {tenant:String}
  AND recording_id IN (SELECT arrayJoin({ids:Array(String)}))`,
    params: { tenant: 'acme', ids: ['a', 'b'] },
  });
});
