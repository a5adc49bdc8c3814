import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Type } from 'typebox';
import type { App } from './app.ts';
import { errorResponsesOf } from './error-responses.ts';
import { addReference } from './reference.ts';
import { smallApp } from './testing/small-app.ts';

const errorResponses = errorResponsesOf({ 401: 'No key', 503: 'Not now' });

const describedApp = async (t: TestContext): Promise<App> => {
  const app = smallApp(t);
  app.addSchema(Type.Object({ id: Type.String() }, { $id: 'Thing' }));
  await addReference(app, { title: 'Things', description: 'What there is.', tags: [] });
  const response = { 200: Type.Ref('Thing#'), ...errorResponses(401, 503) };
  app.get('/v1/things', { schema: { summary: 'List things', response } }, async () => []);
  return app;
};

type Document = {
  openapi: string;
  info: { title: string };
  paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
  components: { schemas: Record<string, unknown> };
};

test('programs get OpenAPI 3.1 made from the routes', async (t) => {
  const { openapi, info, paths, components } = (
    await (await describedApp(t)).inject('/api/v1/openapi.json')
  ).json<Document>();
  assert.deepEqual([openapi, info.title, Object.keys(paths)], ['3.1.0', 'Things', ['/v1/things']]);
  const responses = paths['/v1/things']?.['get']?.responses ?? {};
  assert.deepEqual(Object.keys(responses), ['200', '401', '503']);
  assert.equal(responses['503']?.description, 'Not now');
  assert.deepEqual(Object.keys(components.schemas), ['Thing']);
});

test('the page for people is served from here, with a policy that lets only its own scripts run', async (t) => {
  const app = await describedApp(t);
  const redirect = await app.inject('/');
  assert.deepEqual([redirect.statusCode, redirect.headers.location], [302, '/docs']);
  const page = await app.inject('/docs/');
  assert.equal(page.statusCode, 200);
  assert.match(String(page.headers['content-security-policy']), /script-src 'self'/);
  const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '');
  assert.ok(files.length > 3);
  for (const file of files) {
    assert.doesNotMatch(file, /^(https?:)?\/\//);
    const { pathname } = new URL(file, 'http://localhost/docs/');
    assert.equal((await app.inject(pathname)).statusCode, 200, pathname);
  }
  assert.equal((await app.inject('/docs/static/nothing.js')).statusCode, 404);
});
