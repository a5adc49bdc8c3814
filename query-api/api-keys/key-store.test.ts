import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KafkaUnavailable } from '../../runtime/kafka.ts';
import { keyOfSecret } from '../../schemas/api-keys.ts';
import { directoryLog } from '../../schemas/directory.ts';
import { createKeyStore } from './key-store.ts';

/** A directory whose log is in memory. */
const memoryDirectory = () => {
  let state = directoryLog.initial();
  return {
    state: () => state,
    propose: async (_key: string, value: Buffer) => {
      const event = directoryLog.decode({ value });
      if ('undecodable' in event) throw new Error(event.undecodable);
      const applied = directoryLog.apply(state, event);
      if ('refused' in applied) return { accepted: false, reason: applied.refused } as const;
      state = applied;
      return { accepted: true } as const;
    },
  };
};

const actor = { keyId: 'key_root', tenantId: 'acme' };
const wanted = { name: 'Reports', scopes: ['calls:read'], switchId: 'pbx1' } as const;

test('a created key works, and no longer once it is revoked', async () => {
  const directory = memoryDirectory();
  const store = createKeyStore(directory, () => 7);
  const { key, secret } = await store.create(actor, wanted);
  assert.deepEqual(keyOfSecret(directory.state(), secret), key);
  assert.partialDeepStrictEqual(key, {
    tenantId: 'acme',
    name: 'Reports',
    scopes: ['calls:read'],
    switchId: 'pbx1',
    createdAtUs: 7,
  });
  assert.deepEqual(store.list('acme'), [key]);
  assert.deepEqual(store.list('globex'), []);
  assert.equal(await store.revoke({ ...actor, tenantId: 'globex' }, key.keyId), false);
  assert.equal(await store.revoke(actor, key.keyId), true);
  assert.equal(keyOfSecret(directory.state(), secret), undefined);
  assert.equal(await store.revoke(actor, key.keyId), false);
});

test('a change that could not be confirmed is a 503', async () => {
  const propose = async (): Promise<never> => {
    throw new KafkaUnavailable('no broker');
  };
  const store = createKeyStore({ ...memoryDirectory(), propose });
  await assert.rejects(store.create(actor, wanted), { name: 'ApiError', statusCode: 503, code: 'UNAVAILABLE' });
});
