import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryKeys } from '../testing/memory-readers.ts';
import { directoryOf, testApp } from '../testing/test-app.ts';

const { directory, secrets } = directoryOf({
  admin: { tenantId: 'acme', scopes: ['keys:read', 'keys:write', 'calls:read'] },
  owner: { tenantId: 'acme', scopes: ['*'] },
  other: { tenantId: 'globex', scopes: ['*'] },
});

const start = async () => {
  const { store, keys } = memoryKeys();
  const app = await testApp({ directory: () => directory, keys: store });
  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, secret: string, payload?: object) =>
    app.inject({ method, url, headers: { 'x-api-key': secret }, ...(payload !== undefined && { payload }) });
  return { app, ask, keys };
};

test('a new key’s secret is in the answer to its creation only', async () => {
  const { app, ask } = await start();
  const created = await ask('POST', '/v1/api-keys', secrets.admin, {
    name: 'Reports',
    scopes: ['calls:read', 'calls:read'],
  });
  assert.equal(created.statusCode, 201);
  assert.deepEqual(created.json(), {
    data: {
      id: 'key_1',
      name: 'Reports',
      scopes: ['calls:read'],
      switch_id: null,
      created_at: '1970-01-01T00:00:00.000000Z',
      revoked_at: null,
      key: 'sk_live_new',
    },
  });
  const listed = await ask('GET', '/v1/api-keys', secrets.admin);
  assert.equal(listed.json<{ data: { id: string }[] }>().data[0]?.id, 'key_1');
  assert.doesNotMatch(listed.body, /sk_live/);
  await app.close();
});

test('a key gives no scope that it lacks, and none to another tenant', async () => {
  const { app, ask, keys } = await start();
  for (const scopes of [['recordings:read'], ['*'], ['calls:read', 'events:write']]) {
    const response = await ask('POST', '/v1/api-keys', secrets.admin, { name: 'More', scopes });
    assert.equal(response.statusCode, 403);
  }
  assert.equal(keys.length, 0);
  assert.equal((await ask('POST', '/v1/api-keys', secrets.owner, { name: 'All', scopes: ['*'] })).statusCode, 201);
  assert.equal(
    (await ask('POST', '/v1/api-keys', secrets.owner, { name: 'x', scopes: ['*'], tenant_id: 'globex' })).statusCode,
    422,
  );
  assert.deepEqual(
    keys.map(({ tenantId }) => tenantId),
    ['acme'],
  );
  await app.close();
});

test('the name of a key can be read', async () => {
  const { app, ask, keys } = await start();
  for (const name of ['', ' ', 'CRM\u001b[31m', 'CRM\u202e', 'x'.repeat(101)]) {
    const answer = await ask('POST', '/v1/api-keys', secrets.owner, { name, scopes: ['calls:read'] });
    assert.equal(answer.statusCode, 422, name);
  }
  assert.equal(keys.length, 0);
  await app.close();
});

test('a key of a switch publishes and nothing else, whoever makes it', async () => {
  const { app, ask, keys } = await start();
  const make = async (scopes: readonly string[], switch_id: string) =>
    (await ask('POST', '/v1/api-keys', secrets.owner, { name: 'pbx', scopes, switch_id })).statusCode;
  assert.equal(await make(['calls:read'], 'pbx-1'), 422);
  assert.equal(await make(['*'], 'pbx-1'), 422);
  assert.equal(await make(['events:write'], 'p'.repeat(129)), 422);
  assert.equal(await make(['events:write'], 'pbx\u202e1'), 422);
  assert.equal(await make(['events:write'], ' '), 422);
  assert.equal(keys.length, 0);
  assert.equal(await make(['events:write', 'recordings:write'], 'p'.repeat(128)), 201);
  await app.close();
});

test('a key is revoked by its own tenant only', async () => {
  const { app, ask } = await start();
  await ask('POST', '/v1/api-keys', secrets.owner, { name: 'Old', scopes: ['calls:read'] });
  assert.equal((await ask('DELETE', '/v1/api-keys/key_1', secrets.other)).statusCode, 404);
  const revoked = await ask('DELETE', '/v1/api-keys/key_1', secrets.owner);
  assert.deepEqual([revoked.statusCode, revoked.body], [204, '']);
  assert.equal((await ask('DELETE', '/v1/api-keys/key_9', secrets.owner)).statusCode, 404);
  await app.close();
});
