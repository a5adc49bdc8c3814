import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anchorsQuery, callEventsQuery, callQuery } from './call-query.ts';

test('a call is read by the whole primary key', () => {
  const { sql, params } = callQuery('acme', { at: 7, id: 'call_x' });
  assert.equal(
    sql.slice(sql.indexOf('FROM')),
    `FROM calls FINAL
WHERE tenant_id = {tenant:String}
  AND call_started_at = fromUnixTimestamp64Micro({at:Int64}, 'UTC') AND call_id = {id:String}
LIMIT 1`,
  );
  assert.deepEqual(params, { tenant: 'acme', at: 7, id: 'call_x' });
});

test('events are read by the primary key too, in the order of their times', () => {
  assert.deepEqual(
    callEventsQuery(
      'acme',
      [
        { at: 7, id: 'call_x' },
        { at: 8, id: 'call_y' },
      ],
      { limit: 100 },
    ),
    {
      sql: `SELECT toUnixTimestamp64Micro(occurred_at) AS at, concat(event_id, ' ', content_hash, ' ', call_id) AS place, base64Encode(event) AS event
FROM call_events FINAL
WHERE tenant_id = {tenant:String}
  AND (call_started_at, call_id) IN (SELECT fromUnixTimestamp64Micro(key.1, 'UTC'), key.2 FROM (SELECT arrayJoin(arrayZip({ats:Array(Int64)}, {ids:Array(String)})) AS key))
ORDER BY occurred_at, place
LIMIT {limit:UInt32}`,
      params: { tenant: 'acme', ats: [7, 8], ids: ['call_x', 'call_y'], limit: 100 },
    },
  );
});

test('anchors of call keys', () => {
  assert.deepEqual(anchorsQuery('acme', ["it's"]), {
    sql: `SELECT call_key, toUnixTimestamp64Micro(call_started_at) AS at
FROM call_anchors FINAL
WHERE tenant_id = {tenant:String}
  AND call_key IN (SELECT arrayJoin({keys:Array(String)}))`,
    params: { tenant: 'acme', keys: ["it's"] },
  });
});
