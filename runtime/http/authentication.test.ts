import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import type { App } from './app.ts';
import { requestKey, requireKeys } from './authentication.ts';
import { errorOf, smallApp } from './testing/small-app.ts';

type Key = { owner: string; scopes: readonly string[] };

const keys: Readonly<Record<string, Key>> = {
  sk_good: { owner: 'acme', scopes: ['read'] },
  sk_other: { owner: 'globex', scopes: ['read'] },
  sk_writer: { owner: 'acme', scopes: ['write'] },
};

const guarded = async (t: TestContext): Promise<App> => {
  const app = smallApp(t);
  await app.register(async (api: App) => {
    requireKeys<Key, string>(api, {
      keyOfSecret: (secret) => keys[secret],
      mayUse: (key, scope) => key.scopes.includes(scope),
      scopeOf: ({ url }) => (url === '/open' ? null : 'read'),
    });
    api.get('/owner', (request) => ({ owner: requestKey<Key>(request).owner }));
    api.get('/open', async () => ({}));
  });
  return app;
};

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('credentials', () => {
  const good = 'sk_good';
  const table: readonly [name: string, headers: Record<string, string>, status: number, code: string | null][] = [
    ['bearer', { authorization: `Bearer ${good}` }, 200, null],
    ['bearer in lower case', { authorization: `bearer ${good}` }, 200, null],
    ['x-api-key', { 'x-api-key': good }, 200, null],
    ['both, the same', { authorization: `Bearer ${good}`, 'x-api-key': good }, 200, null],
    ['both, different', { authorization: `Bearer ${good}`, 'x-api-key': 'sk_other' }, 400, 'CONFLICTING_CREDENTIALS'],
    ['none', {}, 401, 'INVALID_TOKEN'],
    ['unknown', { 'x-api-key': 'sk_nobody' }, 401, 'INVALID_TOKEN'],
    ['password of basic', { authorization: basic('pbx-1', good) }, 200, null],
    ['password of basic without a user', { authorization: basic('', good) }, 200, null],
    ['user of basic', { authorization: basic(good, '') }, 401, 'INVALID_TOKEN'],
    ['basic with another password', { authorization: basic(good, 'b') }, 401, 'INVALID_TOKEN'],
    ['basic that is no base64', { authorization: 'Basic ????' }, 401, 'INVALID_TOKEN'],
    [
      'basic and x-api-key, different',
      { authorization: basic('pbx-1', good), 'x-api-key': 'sk_other' },
      400,
      'CONFLICTING_CREDENTIALS',
    ],
    ['without the scope', { 'x-api-key': 'sk_writer' }, 403, 'INSUFFICIENT_SCOPE'],
  ];
  for (const [name, headers, status, code] of table) {
    test(name, async (t) => {
      const response = await (await guarded(t)).inject({ url: '/owner', headers });
      assert.equal(response.statusCode, status);
      if (code === null) assert.deepEqual(response.json(), { owner: 'acme' });
      else assert.equal(errorOf(response).code, code);
      assert.equal(response.headers['www-authenticate'] !== undefined, status === 401 || status === 403);
    });
  }

  test('a refused key is never told back', async (t) => {
    const response = await (await guarded(t)).inject({ url: '/owner', headers: { 'x-api-key': 'sk_secret' } });
    assert.doesNotMatch(response.body, /sk_secret/);
  });

  test('what needs no scope needs no key', async (t) => {
    assert.equal((await (await guarded(t)).inject('/open')).statusCode, 200);
  });
});
