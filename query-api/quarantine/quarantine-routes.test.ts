import assert from 'node:assert/strict';
import { test } from 'node:test';
import { directoryOf, testApp } from '../testing/test-app.ts';
import { quarantineConditions, quarantinedQuery } from './quarantine-query.ts';
import type { Quarantined } from './quarantine-reader.ts';

const record: Quarantined = {
  quarantine_id: 'bad_1',
  received_at: '2026-01-20T10:00:00.000000Z',
  stage: 'ingest',
  source: 'freeswitch-events',
  switch_id: '',
  code: 'MISSING_FIELD',
  message: 'Unique-ID is missing',
  field: '',
  raw_bytes: 3,
  raw_base64: 'AP8B',
};

const { directory, secrets } = directoryOf({
  acme: { tenantId: 'acme', scopes: ['quarantine:read'] },
  reader: { tenantId: 'acme', scopes: ['calls:read'] },
});

test('refused records are listed with the reason, and shown with their bytes one by one', async () => {
  const app = await testApp({
    directory: () => directory,
    quarantine: {
      list: async () => ({ rows: [record], next: null, total: null }),
      find: async (tenantId, id) => (tenantId === 'acme' && id === 'bad_1' ? record : null),
    },
  });
  const get = async (url: string, secret: string = secrets.acme) =>
    app.inject({ url, headers: { 'x-api-key': secret } });
  const shown = {
    id: 'bad_1',
    received_at: record.received_at,
    code: 'MISSING_FIELD',
    message: 'Unique-ID is missing',
    field: null,
    stage: 'ingest',
    source: 'freeswitch-events',
    switch_id: null,
    raw_bytes: 3,
  };
  assert.deepEqual((await get('/v1/quarantine')).json(), {
    data: [shown],
    meta: { limit: 25, next_cursor: null },
    links: { next: null },
  });
  assert.deepEqual((await get('/v1/quarantine/bad_1')).json(), { data: { ...shown, raw_base64: 'AP8B' } });
  assert.equal((await get('/v1/quarantine/bad_2')).statusCode, 404);
  assert.equal((await get('/v1/quarantine', secrets.reader)).statusCode, 403);
  await app.close();
});

test('the queries name the tenant first and take values as parameters only', () => {
  const { sql, params } = quarantineConditions('acme', { from: 1, to: 2, code: "'", switchId: '\\' });
  assert.deepEqual(sql, [
    'tenant_id = {tenant:String}',
    "received_at >= fromUnixTimestamp64Micro({from:Int64}, 'UTC')",
    "received_at < fromUnixTimestamp64Micro({to:Int64}, 'UTC')",
    'code = {code:String}',
    'switch_id = {switch_id:String}',
  ]);
  assert.deepEqual(params, { tenant: 'acme', from: 1, to: 2, code: "'", switch_id: '\\' });
  assert.match(
    quarantinedQuery('acme', "x'").sql,
    /WHERE tenant_id = \{tenant:String\}\n {2}AND quarantine_id = \{id:String\}$/,
  );
});
