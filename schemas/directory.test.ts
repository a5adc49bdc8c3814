import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOfSecret, mayUse, newSecret, secretHash } from './api-keys.ts';
import {
  applyDirectoryEvent,
  decodeDirectoryEvent,
  type Directory,
  type DirectoryEvent,
  emptyDirectory,
  encodeDirectoryEvent,
} from './directory.ts';

const created = (keyId: string, secret: string, tenant = 'acme'): DirectoryEvent => ({
  proposal_id: `p-${keyId}`,
  occurred_at: 1_790_000_000_000_000,
  tenant_id: tenant,
  actor: 'test',
  type: 'key.created',
  change: {
    key_id: keyId,
    name: 'switch key',
    secret_sha256: secretHash(secret),
    scopes: ['events:write'],
    switch_id: 'fs1',
  },
});

const revoked = (keyId: string, tenant = 'acme'): DirectoryEvent => ({
  proposal_id: `r-${keyId}`,
  occurred_at: 1_790_000_001_000_000,
  tenant_id: tenant,
  actor: 'test',
  type: 'key.revoked',
  change: { key_id: keyId },
});

const after = (...events: DirectoryEvent[]): { directory: Directory; refusals: (string | null)[] } => {
  let directory = emptyDirectory;
  const refusals = events.map((event) => {
    const applied = applyDirectoryEvent(directory, event);
    if ('refused' in applied) return applied.refused;
    directory = applied;
    return null;
  });
  return { directory, refusals };
};

test('a created key opens the door of its tenant, and only with its own scopes', () => {
  const secret = newSecret();
  const key = keyOfSecret(after(created('key_1', secret)).directory, secret);
  assert.equal(key?.tenantId, 'acme');
  assert.ok(key !== undefined && mayUse(key, 'events:write') && !mayUse(key, 'calls:read'));
  assert.equal(keyOfSecret(emptyDirectory, secret), undefined);
});

test('a revoked key opens nothing, and stays in the list', () => {
  const secret = newSecret();
  const { directory, refusals } = after(created('key_1', secret), revoked('key_1'), revoked('key_1'));
  assert.equal(keyOfSecret(directory, secret), undefined);
  assert.equal(directory.keys.get('key_1')?.revokedAtUs, 1_790_000_001_000_000);
  assert.deepEqual(refusals, [null, null, 'key key_1 is revoked already']);
});

test('proposals that break a rule are refused with the reason and change nothing', () => {
  const secret = newSecret();
  const { directory, refusals } = after(
    created('key_1', secret),
    created('key_1', newSecret()),
    created('key_2', secret),
    revoked('key_1', 'other'),
  );
  assert.deepEqual(refusals, [null, 'key key_1 exists already', 'the secret is in use', 'no key key_1']);
  assert.deepEqual([...directory.keys.keys()], ['key_1']);
});

test('directory events survive encoding', () => {
  for (const event of [created('key_1', 'sk_live_x'), revoked('key_1')]) {
    const decoded = decodeDirectoryEvent(encodeDirectoryEvent(event));
    assert.deepEqual(JSON.parse(JSON.stringify(decoded)), event);
  }
});

test('bytes that are no directory event are told, not thrown', () => {
  for (const bytes of [
    null,
    Buffer.alloc(0),
    Buffer.from('nonsense'),
    encodeDirectoryEvent(revoked('k')).subarray(0, 20),
  ])
    assert.ok('undecodable' in decodeDirectoryEvent(bytes));
});
