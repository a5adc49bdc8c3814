import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { directoryOf, testApp } from '../testing/test-app.ts';
import type { App } from '../../runtime/http/app.ts';

let app: App;
before(async () => {
  app = await testApp({ directory: () => directoryOf({}).directory });
});
after(async () => app.close());

type Operation = { summary?: string; responses: Record<string, unknown>; parameters?: { name: string; in: string }[] };
type Reference = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: object };
};

const reference = async (): Promise<Reference> => (await app.inject('/v1/openapi.json')).json();

test('needs no key and is OpenAPI 3.1', async () => {
  const response = await app.inject('/api/v1/openapi.json');
  assert.equal(response.statusCode, 200);
  assert.equal(response.json<Reference>().openapi, '3.1.0');
});

test('lists every path of the API and nothing else', async () => {
  assert.deepEqual(Object.keys((await reference()).paths).sort(), [
    '/v1/agents/{id}/stats',
    '/v1/api-keys',
    '/v1/api-keys/{id}',
    '/v1/audit/completeness',
    '/v1/calls',
    '/v1/calls/export',
    '/v1/calls/{id}',
    '/v1/calls/{id}/events',
    '/v1/calls/{id}/timeline',
    '/v1/quarantine',
    '/v1/quarantine/redrive',
    '/v1/quarantine/{id}',
    '/v1/quarantine/{id}/dismiss',
    '/v1/quarantine/{id}/redrive',
    '/v1/queues/{id}/stats',
    '/v1/recordings',
    '/v1/recordings/{id}',
    '/v1/recordings/{id}/download',
  ]);
});

test('every operation has a summary, a success and the refusals of authentication', async () => {
  for (const [path, operations] of Object.entries((await reference()).paths)) {
    for (const [method, { summary, responses }] of Object.entries(operations)) {
      const statuses = Object.keys(responses);
      assert.ok(summary, `${method} ${path} has a summary`);
      assert.ok(
        statuses.some((status) => status.startsWith('2')),
        `${method} ${path} has a success`,
      );
      for (const status of ['401', '403']) assert.ok(statuses.includes(status), `${method} ${path} has ${status}`);
    }
  }
});

test('describes the filters of calls', async () => {
  const parameters = (await reference()).paths['/v1/calls']?.['get']?.parameters ?? [];
  const names = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  for (const name of ['from', 'to', 'state', 'caller', 'native_id', 'cursor', 'include_total'])
    assert.ok(names.includes(name), name);
});

test('the page for people is served', async () => {
  assert.equal((await app.inject('/docs/')).statusCode, 200);
});
