import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callConditions } from './call-list-query.ts';
import { anyCall, type CallFilters } from './list-parameters.ts';

const base = ['tenant_id = {tenant:String}', "state != 'merged'"];

const table: readonly {
  name: string;
  filters: Partial<CallFilters>;
  sql: string;
  params: Record<string, string | number>;
}[] = [
  {
    name: 'from, included',
    filters: { from: 5 },
    sql: "started_at >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')",
    params: { from: 5 },
  },
  {
    name: 'to, excluded',
    filters: { to: 9 },
    sql: "started_at < fromUnixTimestamp64Micro({to:Int64}, 'UTC')",
    params: { to: 9 },
  },
  {
    name: 'direction',
    filters: { direction: 'inbound' },
    sql: 'direction = {direction:String}',
    params: { direction: 'inbound' },
  },
  { name: 'state', filters: { state: 'active' }, sql: 'state = {state:String}', params: { state: 'active' } },
  {
    name: 'disposition',
    filters: { disposition: 'busy' },
    sql: 'disposition = {disposition:String}',
    params: { disposition: 'busy' },
  },
  {
    name: 'caller, unless withheld',
    filters: { caller: "'; DROP TABLE calls" },
    sql: "(caller_number = {caller:String} OR caller_e164 = {caller:String}) AND caller_presentation != 'restricted'",
    params: { caller: "'; DROP TABLE calls" },
  },
  {
    name: 'callee',
    filters: { callee: '101' },
    sql: '(callee_number = {callee:String} OR callee_e164 = {callee:String})',
    params: { callee: '101' },
  },
  {
    name: 'native id',
    filters: { nativeId: 'a-b' },
    sql: 'has(native_ids, {native_id:String})',
    params: { native_id: 'a-b' },
  },
  {
    name: 'with a recording',
    filters: { hasRecording: true },
    sql: 'has_recording = {has_recording:UInt8}',
    params: { has_recording: 1 },
  },
  {
    name: 'without a recording',
    filters: { hasRecording: false },
    sql: 'has_recording = {has_recording:UInt8}',
    params: { has_recording: 0 },
  },
  {
    name: 'least duration',
    filters: { minSeconds: 30 },
    sql: 'duration_ms >= {min_ms:UInt64}',
    params: { min_ms: 30_000 },
  },
  {
    name: 'greatest duration: the whole of its last second',
    filters: { maxSeconds: 60 },
    sql: 'duration_ms < {end_ms:UInt64}',
    params: { end_ms: 61_000 },
  },
];

test('without filters: the tenant, and no merged calls', () => {
  assert.deepEqual(callConditions('acme', anyCall), { sql: base, params: { tenant: 'acme' } });
});

for (const { name, filters, sql, params } of table) {
  test(name, () => {
    assert.deepEqual(callConditions('acme', { ...anyCall, ...filters }), {
      sql: [...base, sql],
      params: { tenant: 'acme', ...params },
    });
  });
}

test('all filters together', () => {
  const all = Object.assign({}, anyCall, ...table.map(({ filters }) => filters)) as CallFilters;
  const { sql, params } = callConditions('acme', all);
  assert.equal(sql.length, base.length + 11);
  assert.equal(Object.keys(params).length, 1 + 11);
});
