import assert from 'node:assert/strict';
import { test } from 'node:test';
import { and, behind, candidatesQuery, type Listing, offsetQuery, ofTenant, rowsQuery, totalQuery } from './keyset.ts';

const listing: Listing = {
  table: 'things',
  at: 'made_at',
  id: 'thing_id',
  columns: ['thing_id', 'name'],
  daysBack: [],
};
const conditions = and(ofTenant('acme'), 'name = {name:String}', { name: "x' OR 1=1" });
const key = { at: 1_768_903_200_000_000, id: 'thing_7' };

const table = [
  {
    name: 'candidates from the start, newest first',
    query: candidatesQuery(listing, conditions, 'newest', 64),
    sql: `SELECT toUnixTimestamp64Micro(made_at) AS at, thing_id AS id
FROM things
WHERE tenant_id = {tenant:String}
  AND name = {name:String}
ORDER BY made_at DESC, thing_id DESC
LIMIT {limit:UInt32}`,
    params: { tenant: 'acme', name: "x' OR 1=1", limit: 64 },
  },
  {
    name: 'candidates behind a key, newest first',
    query: candidatesQuery(listing, behind(ofTenant('acme'), listing, 'newest', key), 'newest', 64),
    sql: `SELECT toUnixTimestamp64Micro(made_at) AS at, thing_id AS id
FROM things
WHERE tenant_id = {tenant:String}
  AND made_at <= fromUnixTimestamp64Micro({after_at:Int64}, 'UTC') AND (made_at < fromUnixTimestamp64Micro({after_at:Int64}, 'UTC') OR thing_id < {after_id:String})
ORDER BY made_at DESC, thing_id DESC
LIMIT {limit:UInt32}`,
    params: { tenant: 'acme', after_at: key.at, after_id: 'thing_7', limit: 64 },
  },
  {
    name: 'candidates behind a key, oldest first',
    query: candidatesQuery(listing, behind(ofTenant('acme'), listing, 'oldest', key), 'oldest', 64),
    sql: `SELECT toUnixTimestamp64Micro(made_at) AS at, thing_id AS id
FROM things
WHERE tenant_id = {tenant:String}
  AND made_at >= fromUnixTimestamp64Micro({after_at:Int64}, 'UTC') AND (made_at > fromUnixTimestamp64Micro({after_at:Int64}, 'UTC') OR thing_id > {after_id:String})
ORDER BY made_at ASC, thing_id ASC
LIMIT {limit:UInt32}`,
    params: { tenant: 'acme', after_at: key.at, after_id: 'thing_7', limit: 64 },
  },
  {
    name: 'rows of a set of keys',
    query: rowsQuery(listing, conditions, { span: { keys: [key] }, order: 'newest', limit: 26 }),
    sql: `SELECT toUnixTimestamp64Micro(made_at) AS key_at, thing_id AS key_id,
  thing_id,
  name
FROM things FINAL
WHERE tenant_id = {tenant:String}
  AND name = {name:String}
  AND (made_at, thing_id) IN (SELECT fromUnixTimestamp64Micro(key.1, 'UTC'), key.2 FROM (SELECT arrayJoin(arrayZip({ats:Array(Int64)}, {ids:Array(String)})) AS key))
ORDER BY made_at DESC, thing_id DESC
LIMIT {limit:UInt32}`,
    params: { tenant: 'acme', name: "x' OR 1=1", ats: [key.at], ids: ['thing_7'], limit: 26 },
  },
  {
    name: 'rows between two keys, newest first',
    query: rowsQuery(listing, ofTenant('acme'), {
      span: { from: { at: 9, id: 'b' }, to: { at: 5, id: 'a' } },
      order: 'newest',
      limit: 26,
    }),
    sql: `SELECT toUnixTimestamp64Micro(made_at) AS key_at, thing_id AS key_id,
  thing_id,
  name
FROM things FINAL
WHERE tenant_id = {tenant:String}
  AND made_at BETWEEN fromUnixTimestamp64Micro({low_at:Int64}, 'UTC') AND fromUnixTimestamp64Micro({high_at:Int64}, 'UTC') AND (made_at, thing_id) BETWEEN (fromUnixTimestamp64Micro({low_at:Int64}, 'UTC'), {low_id:String}) AND (fromUnixTimestamp64Micro({high_at:Int64}, 'UTC'), {high_id:String})
ORDER BY made_at DESC, thing_id DESC
LIMIT {limit:UInt32}`,
    params: { tenant: 'acme', low_at: 5, low_id: 'a', high_at: 9, high_id: 'b', limit: 26 },
  },
  {
    name: 'a page by offset',
    query: offsetQuery(listing, ofTenant('acme'), { order: 'oldest', limit: 26, offset: 100 }),
    sql: `SELECT toUnixTimestamp64Micro(made_at) AS key_at, thing_id AS key_id,
  thing_id,
  name
FROM things FINAL
WHERE tenant_id = {tenant:String}
ORDER BY made_at ASC, thing_id ASC
LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    params: { tenant: 'acme', limit: 26, offset: 100 },
  },
  {
    name: 'a bounded total',
    query: totalQuery(listing, conditions, 10_000),
    sql: `SELECT count() AS total FROM (
SELECT 1 FROM things FINAL
WHERE tenant_id = {tenant:String}
  AND name = {name:String}
LIMIT {bound:UInt32})`,
    params: { tenant: 'acme', name: "x' OR 1=1", bound: 10_000 },
  },
];

for (const { name, query, sql, params } of table) {
  test(name, () => {
    assert.equal(query.sql, sql);
    assert.deepEqual(query.params, params);
  });
}

test('never uses PREWHERE, which with FINAL shows superseded rows', () => {
  for (const { query } of table) assert.doesNotMatch(query.sql, /prewhere/i);
});
