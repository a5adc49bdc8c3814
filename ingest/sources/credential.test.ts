import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createLogger } from '../../runtime/logger.ts';
import { secretHash } from '../../schemas/api-keys.ts';
import { applyDirectoryEvent, type Directory, emptyDirectory } from '../../schemas/directory.ts';
import { openCredential } from './credential.ts';

const secret = 'sk_live_source';
const logger = createLogger('test', 'silent');
const about = { proposal_id: 'p', occurred_at: 0, tenant_id: 'acme', actor: 'test' };

const applied = (directory: Directory | { refused: string }): Directory => {
  if ('refused' in directory) throw new Error(directory.refused);
  return directory;
};

const directoryWith = (scopes: readonly string[] = ['events:write'], switch_id: string | null = null): Directory => {
  const change = { key_id: 'key_1', name: 'source', secret_sha256: secretHash(secret), scopes, switch_id };
  return applied(applyDirectoryEvent(emptyDirectory, { ...about, type: 'key.created', change }));
};

const newPath = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'credential-'));
  t.after(async () => rm(folder, { recursive: true, maxRetries: 5 }));
  return join(folder, 'key.json');
};

type Given = { path: string; directory: Directory | null; askedSwitchId?: string | null; secret?: string };

const credential = async ({ path, directory, askedSwitchId = null, secret: given = secret }: Given) =>
  (await openCredential({ secret: given, askedSwitchId, directory: () => directory, path, logger }))();

const valid = (switchId: string | null = null) => ({ kind: 'valid', owner: { tenantId: 'acme', switchId } });

test('the tenant and the switch are those of the key', async (t) => {
  const path = await newPath(t);
  assert.deepEqual(await credential({ path, directory: directoryWith() }), valid());
  assert.deepEqual(await credential({ path, directory: directoryWith(['*'], 'pbx-1') }), valid('pbx-1'));
});

test('a key that may not publish, for another switch, or none is refused', async (t) => {
  const path = await newPath(t);
  for (const [given, reason] of [
    [{ directory: directoryWith(['calls:read']) }, /lacks the scope events:write/],
    [{ directory: directoryWith(['*'], 'pbx-1'), askedSwitchId: 'pbx-2' }, /for pbx-1 only/],
    [{ directory: emptyDirectory }, /no key, or a revoked one/],
  ] as const) {
    const found = await credential({ path, ...given });
    assert.match(found.kind === 'refused' ? found.reason : '', reason);
  }
});

test('before the directory was read nothing is known, but what the same key came to before', async (t) => {
  const path = await newPath(t);
  assert.deepEqual(await credential({ path, directory: null }), { kind: 'unread' });
  await credential({ path, directory: directoryWith(['*'], 'pbx-1') });
  while ((await stat(path).catch(() => null)) === null) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(await credential({ path, directory: null }), valid('pbx-1'));
  assert.equal((await credential({ path, directory: null, askedSwitchId: 'pbx-2' })).kind, 'refused');
  assert.deepEqual(await credential({ path, directory: null, secret: 'sk_live_other' }), { kind: 'unread' });
});

test('a revoked key is refused as soon as the directory tells', async (t) => {
  const path = await newPath(t);
  let directory = directoryWith();
  const current = await openCredential({ secret, askedSwitchId: null, directory: () => directory, path, logger });
  assert.equal(current().kind, 'valid');
  directory = applied(applyDirectoryEvent(directory, { ...about, type: 'key.revoked', change: { key_id: 'key_1' } }));
  assert.equal(current().kind, 'refused');
});
