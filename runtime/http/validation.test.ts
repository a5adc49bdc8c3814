import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import type { App } from './app.ts';
import { errorOf, smallApp } from './testing/small-app.ts';

const Query = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    has_audio: Type.Optional(Type.Boolean()),
    sort: Type.Optional(Type.Enum(['up', 'down'])),
    code: Type.Optional(Type.String({ pattern: '^[a-z]{2}$', description: 'two small letters' })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 5 })),
  },
  { additionalProperties: false },
);

const searchApp = (t: TestContext): App => {
  const app = smallApp(t);
  app.get('/search', { schema: { querystring: Query } }, (request) => request.query);
  app.post('/search', { schema: { body: Type.Object({ limit: Type.Integer() }) } }, async () => ({}));
  return app;
};

test('numbers and booleans are read from the text of a URL', async (t) => {
  const response = await searchApp(t).inject('/search?limit=7&has_audio=1&name=5');
  assert.deepEqual(response.json(), { limit: 7, has_audio: true, name: '5' });
});

test('each wrong parameter is told with its field and the way out', async (t) => {
  const app = searchApp(t);
  const table: readonly [query: string, field: string, message: string | RegExp][] = [
    ['limit=many', 'limit', 'must be a whole number'],
    ['limit=0', 'limit', 'must be at least 1'],
    ['limit=101', 'limit', 'must be at most 100'],
    ['has_audio=maybe', 'has_audio', 'must be true or false'],
    ['sort=left', 'sort', 'must be one of up, down'],
    ['code=X', 'code', 'must be two small letters'],
    ['name=', 'name', 'must not be empty'],
    ['name=abcdef', 'name', 'must have at most 5 characters'],
    ['name=a&name=b', 'name', 'must be a single text'],
    ['hasAudio=true', 'hasAudio', 'is unknown; did you mean has_audio?'],
    ['flavour=mint', 'flavour', 'is unknown; known are limit, has_audio, sort, code, name'],
  ];
  for (const [query, field, message] of table) {
    const response = await app.inject(`/search?${query}`);
    assert.equal(response.statusCode, 422);
    assert.deepEqual(errorOf(response).details, [{ field, message }], query);
  }
});

test('a route that names no parameters takes none', async (t) => {
  const app = searchApp(t);
  app.post('/act', { schema: { summary: 'Act' } }, async () => ({}));
  app.get('/probe', { schema: { hide: true } }, async () => ({}));
  const refused = await app.inject({ method: 'POST', url: '/act?dry_run=true' });
  assert.deepEqual(
    [refused.statusCode, errorOf(refused).details],
    [422, [{ field: 'dry_run', message: 'is unknown; nothing is taken here' }]],
  );
  assert.equal((await app.inject({ method: 'POST', url: '/act' })).statusCode, 200);
  assert.equal((await app.inject('/probe?format=text')).statusCode, 200);
});

test('a body is taken as it is: text stays text', async (t) => {
  const app = searchApp(t);
  const send = async (payload: object) => app.inject({ method: 'POST', url: '/search', payload });
  assert.equal((await send({ limit: 7 })).statusCode, 200);
  assert.deepEqual(errorOf(await send({ limit: '7' })).details, [
    { field: 'limit', message: 'must be a whole number' },
  ]);
  assert.deepEqual(errorOf(await send({})).details, [{ field: 'limit', message: 'is required' }]);
});
